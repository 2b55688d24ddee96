#!/usr/bin/env bash
# Measures how long a server takes to start, what that costs, its idle memory, and how fast it stops: bench/start.sh ROUNDS JAVA-ARGUMENTS
#   DATABASE_URL=… SERVICENOW_URL=http://127.0.0.1:9 bench/start.sh 5 -jar target/caravana.jar
# INSTALLED is the directory to start in, by default the project's; @files and archives are relative to it.
# With DATABASE_URL it uses that database; without, every round creates an embedded one in a new directory. Nothing is loaded while
# SERVICENOW_URL or DATABASE_URL is set.
set -euo pipefail
cd "${INSTALLED:-$(dirname "$0")/..}"
rounds=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SERVER_PORT=${SERVER_PORT:-18481}
ready=http://127.0.0.1:$SERVER_PORT/actuator/health/readiness
if curl -s -o "$work/other" "$ready"; then
  echo "port $SERVER_PORT is in use" >&2
  exit 1
fi
ticks=$(getconf CLK_TCK)
now() { date +%s%N; }
since() { awk -v n=$(($(now) - $1)) 'BEGIN {printf "%.2f", n / 1e9}'; }
cpu() { awk -v t="$ticks" '{printf "%.2f", ($14 + $15) / t}' "/proc/$1/stat"; }
rss() { awk '/VmRSS/ {printf "%d", $2 / 1000}' "/proc/$1/status"; }

echo "ready s | cpu s | rss MB at 15 s | at 60 s | stop s | load average"
for round in $(seq "$rounds"); do
  export CARAVANA_DATA_DIR=$work/data$round
  began=$(now)
  java "$@" >"$work/log" 2>&1 &
  pid=$!
  until [ "$(curl -s -o /dev/null -w '%{http_code}' "$ready")" = 200 ]; do
    if ! kill -0 $pid 2>/dev/null || [ $(($(now) - began)) -gt 90000000000 ]; then
      cat "$work/log" >&2
      exit 1
    fi
    sleep 0.2
  done
  line="$(since "$began") | $(cpu $pid)"
  sleep 15
  line="$line | $(rss $pid)"
  sleep "${IDLE:-45}"
  line="$line | $(rss $pid)"
  began=$(now)
  kill $pid
  wait $pid || true
  echo "$line | $(since "$began") | $(cut -d' ' -f1 /proc/loadavg)"
done
