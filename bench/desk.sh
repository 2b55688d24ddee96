#!/usr/bin/env bash
# Measures the desk, the API and the search on a large replica, with open streams beside them. Needs Debian's package wrk; run it on a quiet
# machine. Every request reads; the rows are those of the demo, multiplied in SQL, so the simulator stays small.
# Usage: bench/desk.sh [incidents] [streams]     (two SLAs for each incident)
incidents=${1:-1000000} streams=${2:-500} port=18491
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
command -v wrk >"$work/wrk" || { echo "Missing: apt-get install wrk"; exit 1; }
export CARAVANA_DATA_DIR=$work/data CARAVANA_DATABASE_EMBEDDED_PORT=25491 CARAVANA_CHANGES_ANALYTICS=true
serve $port -Xmx384m
base=http://127.0.0.1:$port
until [ "$(curl -s "$base/api/executions?job=choices" | grep -c '"success"')" -gt 0 ]; do sleep 1; done

loaded=$(curl -s "$base/api/v1/statistics" | grep -o '"type":"incident"[^}]*"count":[0-9]*' | awk -F: '{ sum += $NF } END { print sum }')
times=$((incidents / loaded))
echo "== $loaded incidents, $times times"
for table in incident incident_sla; do
  sql "INSERT INTO servicenow.$table SELECT (jsonb_populate_record(t, jsonb_strip_nulls(jsonb_build_object(
      'sys_id', md5(t.sys_id || n), 'number', to_jsonb(t) ->> 'number' || '-' || n,
      'task', CASE WHEN to_jsonb(t) ? 'task' THEN md5((to_jsonb(t) ->> 'task') || n) END)))).*
    FROM servicenow.$table AS t CROSS JOIN generate_series(1, $((times - 1))) AS n"
done
sql "SELECT caravana.index_tickets()" "VACUUM ANALYZE servicenow.incident" "VACUUM ANALYZE servicenow.incident_sla"
# the first search makes the index
curl -s "$base/api/v1/search?q=vpn" >"$work/answer"
until curl -s "$base/api/v1/search?q=vpn" | grep -q '"complete":true'; do sleep 5; done

cat >"$work/percentiles.lua" <<'LUA'
done = function(summary, latency)
  io.write(string.format("p50 %.0f ms, p95 %.0f ms, longest %.0f ms, %d requests, %d errors\n", latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency.max / 1000, summary.requests, summary.errors.status + summary.errors.timeout))
end
LUA
measure() { # for 20 seconds, four requests at once
  for path in / /htmx/status/counters '/htmx/filter/all?priority=1' /htmx/resolved/page/1 /htmx/slas/next /charts \
    '/api/v1/tickets?limit=50' '/api/v1/tickets?finished=true&limit=50' /api/v1/statistics '/api/v1/search?q=conexao%20lenta%20vpn'; do
    printf '%-45s' "$path"
    wrk -t1 -c4 -d20s --timeout 10s -s "$work/percentiles.lua" "$base$path" | tail -1
  done
}
echo "== alone"
measure
echo "== with $streams streams"
java -Xmx512m -cp "$(ls "$work"/BOOT-INF/lib/postgresql-*.jar)" bench/Streams.java "$base" \
  "jdbc:postgresql://127.0.0.1:$CARAVANA_DATABASE_EMBEDDED_PORT/caravana" "$streams" 60 &
listening=$!
measure
wait $listening
awk '/VmRSS/ { printf "resident memory of the server: %d MB\n", $2 / 1024 }' "/proc/$server/status"
echo "== size of the first page, and of scripts and styles, compressed"
curl -s "$base/" | wc -c
curl -s "$base/" | grep -o '/desk/[^"]*' | sort -u | while read -r file; do curl -s --compressed "$base$file" | gzip -9 | wc -c; done |
  awk '{ sum += $1 } END { print sum }'
