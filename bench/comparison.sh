#!/usr/bin/env bash
# Measures the comparison of a large table's keys: its pages, its time, and whether a small heap is enough.
# Usage: bench/comparison.sh [incidents] [heap]
incidents=${1:-500000} heap=${2:-128m} port=8097
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
simulate $port "$incidents"
configure "" "fields: [number, state, short_description]"
sed -i 's/{name: bench}/&, {name: comparison, sync-mode: key-diff}/' "$work/config/application.yaml"
connect $port 25497
java -jar target/caravana.jar load bench | tail -2
table=http://127.0.0.1:$port/api/now/table/incident
gone=$(curl -s -u caravana:caravana "$table?sysparm_fields=sys_id&sysparm_limit=100" | grep -o '[0-9a-f]\{32\}')
for key in $gone; do curl -s -o "$work/gone" -u caravana:caravana -X DELETE "$table/$key"; done
control $port requests -o "$work/cleared" -X DELETE
java "-Xmx$heap" -jar target/caravana.jar load comparison | tail -2
echo "requests as the simulator counted them, those for the dictionary among them:"
control $port requests
echo
