#!/usr/bin/env bash
# How close a large table comes to the ideal when every page takes a while and few requests may be in flight.
# Needs target/caravana.jar. Usage: bench/latency.sh [incidents] [rows a page] [milliseconds a page]
set -euo pipefail
cd "$(dirname "$0")/.."
incidents=${1:-40000} page=${2:-100} millis=${3:-300} in_flight=8 port=8095
work=$(mktemp -d)
java -jar target/caravana.jar simulator --port $port --incidents "$incidents" --latency-millis "$millis" >"$work/simulator.log" 2>&1 &
simulator=$!
trap 'kill $simulator; rm -rf "$work"' EXIT
until curl -sf -o "$work/warm" -u caravana:caravana "http://127.0.0.1:$port/api/now/table/incident?sysparm_limit=1"; do sleep 0.2; done
curl -sf -o "$work/cleared" -u caravana:caravana -X DELETE "http://127.0.0.1:$port/simulator/requests"

mkdir "$work/config"
cat >"$work/config/application.yaml" <<YAML
caravana:
  jobs: [{name: bench}]
  servicenow: {rate-limit: 1000, max-concurrent: $in_flight, page-size: $page, max-page-size: $page, partition-threshold: 1000}
YAML
cat >"$work/config/tables.yaml" <<YAML
caravana:
  tables: [{source: incident, job: bench}]
YAML
SERVICENOW_URL=http://127.0.0.1:$port SERVICENOW_USERNAME=caravana SERVICENOW_PASSWORD=caravana \
  CARAVANA_CONFIG_DIR=$work/config CARAVANA_DATA_DIR=$work/data CARAVANA_DATABASE_EMBEDDED_PORT=25499 \
  java -jar target/caravana.jar load bench >"$work/load.log"
tail -3 "$work/load.log"
curl -s -u caravana:caravana "http://127.0.0.1:$port/simulator/requests"
echo
awk -v page="$page" -v millis="$millis" -v flight=$in_flight '
  $1 == "incident" && $2 == "success" { rows = $3; gsub(",", "", rows); pages = $9; gsub(",", "", pages); seconds = $10 }
  END { ideal = pages * millis / 1000 / flight; printf "%d pages, %.1f s; ideal %.1f s; ratio %.2f\n", pages, seconds, ideal, seconds / ideal }' "$work/load.log"
