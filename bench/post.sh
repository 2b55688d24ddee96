#!/usr/bin/env bash
# How long POST load-choices takes while a large load runs: 500 requests, nearly 10 a second, after 300 to warm up. The load's pages are
# recorded once and replayed from memory, so that the source takes time and no processor, as ServiceNow does.
# Usage: bench/post.sh [milliseconds that ServiceNow takes for a page; 0: the load takes all of the machine]
millis=${1:-1000} port=18080
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
simulate $((port + 1)) 150000
java bench/Replay.java $((port + 3)) http://127.0.0.1:$((port + 1)) "$millis" >"$work/replay.log" 2>&1 &
until_up "http://127.0.0.1:$((port + 3))/replay/passed-on"
connect $((port + 3)) $((port + 2))
unset CARAVANA_CONFIG_DIR
export CARAVANA_TIMERS=false CARAVANA_SERVICENOW_RATE_LIMIT=1000 CARAVANA_SERVICENOW_MAXPAGESIZE=1000
serve "$port" ${SERVER_OPTIONS:-}
api=http://localhost:$port/api
today=$(date +%F)
load() {
  curl -sf -o "$work/accepted" -X POST "$api/service-now-new/load-incidents" -H 'Content-Type: application/json' \
    -d "{\"data_inicio\":\"$(date -d '-90 days' +%F)\",\"data_fim\":\"$today\"}"
}
post() { # how often; at a rate that does not fall in step with the pages
  curl -s --rate 583/m -o /dev/null -w '%{http_code} %{time_total}\n' -X POST "$api/service-now-new/load-choices?[1-$1]"
}
stolen() { awk '{print $9 * 10; exit}' /proc/stat; } # milliseconds that the host took from this machine's processors
state() { curl -s "$api/executions?type=incidents&limit=1" | grep -o '"status":"[a-z]*"'; }
load
post 300 >"$work/warm"
until [ "$(state)" = '"status":"success"' ]; do sleep 1; done
load
before=$(stolen)
curl -s --rate 571/m -o /dev/null -w '%{http_code} %{time_total}\n' "http://localhost:$port/actuator/health/liveness?[1-500]" >"$work/control" &
control=$!
post 500 >"$work/times"
wait $control
echo "at the end, the large load has $(state)"
echo "load average $(cut -d' ' -f1 /proc/loadavg), $(($(stolen) - before)) ms stolen by the host"
cut -d' ' -f1 "$work/times" | sort | uniq -c
summary() { # what it is called
  cut -d' ' -f2 | sort -n | awk -v name="$1" '{t[NR] = $1 * 1000}
    END {printf "%s: median %.1f ms, p95 %.1f ms, p99 %.1f ms, slowest %.1f ms\n", name, t[int(NR * .5)], t[int(NR * .95)], t[int(NR * .99)], t[NR]}'
}
summary "POST load-choices" <"$work/times"
summary "GET liveness, which does nothing, beside it" <"$work/control"
