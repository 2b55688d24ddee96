#!/usr/bin/env bash
# What comparing the keys of a large table costs: its pages, its time, and that a small heap is enough.
# Needs a built jar (./mvnw package -DskipTests). Usage: bench/comparison.sh [incidents] [heap]
set -euo pipefail
cd "$(dirname "$0")/.."
incidents=${1:-500000} heap=${2:-128m} port=8097
work=$(mktemp -d)
java -jar target/caravana.jar simulator --port $port --incidents "$incidents" >"$work/simulator.log" 2>&1 &
simulator=$!
trap 'kill $simulator; rm -rf "$work"' EXIT
until curl -sf -o "$work/warm" -u caravana:caravana "http://127.0.0.1:$port/api/now/table/incident?sysparm_limit=1"; do sleep 0.2; done

mkdir "$work/config"
cat >"$work/config/application.yaml" <<YAML
caravana:
  jobs: [{name: bench}, {name: comparison, reads: keys}]
  servicenow: {rate-limit: 1000}
YAML
cat >"$work/config/tables.yaml" <<YAML
caravana:
  tables: [{source: incident, job: bench, fields: [number, state, short_description]}]
YAML
export SERVICENOW_URL=http://127.0.0.1:$port SERVICENOW_USERNAME=caravana SERVICENOW_PASSWORD=caravana
export CARAVANA_CONFIG_DIR=$work/config CARAVANA_DATA_DIR=$work/data CARAVANA_DATABASE_EMBEDDED_PORT=25497
java -jar target/caravana.jar load bench | tail -2
gone=$(curl -s -u caravana:caravana "http://127.0.0.1:$port/api/now/table/incident?sysparm_fields=sys_id&sysparm_limit=100" | grep -o '[0-9a-f]\{32\}')
for key in $gone; do curl -s -o "$work/gone" -u caravana:caravana -X DELETE "http://127.0.0.1:$port/api/now/table/incident/$key"; done
curl -sf -o "$work/cleared" -u caravana:caravana -X DELETE "http://127.0.0.1:$port/simulator/requests"
java "-Xmx$heap" -jar target/caravana.jar load comparison | tail -2
echo "requests as the simulator counted them, those for the dictionary among them:"
curl -s -u caravana:caravana "http://127.0.0.1:$port/simulator/requests"
echo
