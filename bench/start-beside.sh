#!/usr/bin/env bash
# Starts an older jar and the built one in turn, without options, and prints the medians and their ratio.
#   bench/jar-of.sh d1b062a /tmp/old && ./mvnw package -DskipTests
#   bench/start-beside.sh 5 /tmp/old            # DATABASE_URL and SERVICENOW_URL as for start.sh
set -euo pipefail
rounds=$1
old=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
here=$PWD
export SERVICENOW_URL=${SERVICENOW_URL:-http://127.0.0.1:9} SERVICENOW_USERNAME=nobody SERVICENOW_PASSWORD=nothing
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

start() {
  CARAVANA_ROUTES_DIR=$2/routes CARAVANA_CONFIG_DIR=$2/config bench/start.sh 1 -jar "$3" | tail -1 | tee -a "$work/$1" | sed "s/^/$1: /"
}

echo "ready s | cpu s | rss MB at 15 s | at 60 s | stop s | load average"
for _ in $(seq "$rounds"); do
  start old "$old" "$old/caravana.jar"
  start new "$here" "$here/target/caravana.jar"
done
median() { cut -d'|' -f"$2" "$work/$1" | sort -n | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'; }
column=0
for what in "ready s" "cpu s" "rss MB at 15 s" "rss MB at 60 s"; do
  column=$((column + 1))
  awk -v what="$what" -v old="$(median old $column)" -v new="$(median new $column)" \
    'BEGIN {printf "%s: %s against %s, ratio %.2f\n", what, new, old, new / old}'
done
