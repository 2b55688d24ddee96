#!/usr/bin/env bash
# How long POST load-choices takes while a large load runs: 500 requests, one after the other, after 100 to warm up.
port=${1:-18080}
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
export CARAVANA_DATA_DIR=$work/data CARAVANA_DATABASE_EMBEDDED_PORT=$((port + 1)) CARAVANA_DEMO=false
export CARAVANA_SIMULATOR_INCIDENTS=200000 CARAVANA_SERVICENOW_RATE_LIMIT=1000
serve "$port"
api=http://localhost:$port/api
today=$(date +%F)
curl -sf -X POST "$api/service-now-new/load-incidents" -H 'Content-Type: application/json' \
  -d "{\"data_inicio\":\"$(date -d '-90 days' +%F)\",\"data_fim\":\"$today\"}" >/dev/null
for i in $(seq 600); do
  curl -s -o /dev/null -w '%{http_code} %{time_total}\n' -X POST "$api/service-now-new/load-choices"
done | tail -500 >"$work/times"
curl -s "$api/executions?type=incidents&limit=1" | grep -o '"status":"[a-z]*"' | sed 's/^/at the end, the large load is /'
cut -d' ' -f1 "$work/times" | sort | uniq -c
cut -d' ' -f2 "$work/times" | sort -n | awk '{t[NR] = $1 * 1000}
  END {printf "median %.1f ms, p95 %.1f ms, p99 %.1f ms, slowest %.1f ms\n", t[int(NR * .5)], t[int(NR * .95)], t[int(NR * .99)], t[NR]}'
