#!/usr/bin/env bash
# A large table with mixed faults in a small heap, then again without faults: the second load compares every value, so
# "unchanged" for every row means that the first one ended equal to the source.
# Needs target/caravana.jar. Usage: bench/soak.sh [incidents] [share of requests that fail] [heap]
set -euo pipefail
cd "$(dirname "$0")/.."
incidents=${1:-1000000} share=${2:-0.02} heap=${3:-256m} port=8096
work=$(mktemp -d)
java -jar target/caravana.jar simulator --port $port --incidents "$incidents" >"$work/simulator.log" 2>&1 &
simulator=$!
trap 'kill $simulator; rm -rf "$work"' EXIT
control() { curl -sf -u caravana:caravana "http://127.0.0.1:$port/simulator/$1" "${@:2}"; }
until curl -sf -o "$work/warm" -u caravana:caravana "http://127.0.0.1:$port/api/now/table/incident?sysparm_limit=1"; do sleep 0.5; done

mkdir "$work/config"
cat >"$work/config/application.yaml" <<YAML
caravana:
  jobs: [{name: bench}]
  servicenow: {rate-limit: 1000}
YAML
cat >"$work/config/tables.yaml" <<YAML
caravana:
  tables: [{source: incident, job: bench}]
YAML
load() {
  SERVICENOW_URL=http://127.0.0.1:$port SERVICENOW_USERNAME=caravana SERVICENOW_PASSWORD=caravana \
    CARAVANA_CONFIG_DIR=$work/config CARAVANA_DATA_DIR=$work/data CARAVANA_DATABASE_EMBEDDED_PORT=25498 \
    /usr/bin/time -f 'peak RSS %M kB, wall %e s' java -Xmx"$heap" -XX:+UseSerialGC -jar target/caravana.jar load bench >"$work/$1.log" 2>"$work/$1.err" ||
    { tail -n 5 "$work/$1.log" "$work/$1.err"; exit 1; }
  tail -3 "$work/$1.log"
  tail -1 "$work/$1.err"
  echo "tried again: $(grep -c 'Trying again' "$work/$1.log" || true)"
}

each=$(awk -v share="$share" 'BEGIN { print share / 8 }')
for kind in RESET CUT_BODY BROKEN_WITH_ERROR BROKEN_MALFORMED BROKEN_CUT LOGIN_PAGE SEMAPHORE; do
  control faults -o "$work/added" -X POST -d "{\"kind\":\"$kind\",\"table\":\"incident\",\"probability\":$each}"
done
control faults -o "$work/added" -X POST -d "{\"kind\":\"STATUS\",\"table\":\"incident\",\"probability\":$each,\"settings\":{\"status\":\"503\"}}"
echo "== with faults in $share of the requests, -Xmx$heap"
load first
control faults -o "$work/cleared" -X DELETE
echo "== again without faults"
load second
