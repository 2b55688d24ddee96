#!/usr/bin/env bash
# Measures how long POST load-… takes while a large load runs: 400 requests are refused because their job runs, and 100 are accepted, of a
# job that has nothing to do; 10 per second, after 300 to warm up. The load's pages are recorded once and replayed from memory, so that the
# source takes time but no processor, like ServiceNow.
# Usage: bench/post.sh [milliseconds that ServiceNow takes for a page; 0: the load uses the whole machine]
millis=${1:-1000} port=18080
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
simulate $((port + 1)) 150000
java bench/Replay.java $((port + 3)) http://127.0.0.1:$((port + 1)) "$millis" >"$work/replay.log" 2>&1 &
until_up "http://127.0.0.1:$((port + 3))/replay/passed-on"
connect $((port + 3)) $((port + 2))
unset CARAVANA_CONFIG_DIR
export CARAVANA_TIMERS=false CARAVANA_SERVICENOW_RATE_LIMIT=1000 CARAVANA_SERVICENOW_MAXPAGESIZE=1000
# shellcheck disable=SC2086
serve "$port" ${SERVER_OPTIONS:-}
api=http://localhost:$port/api
today=$(date +%F)
load() {
  curl -sf -o "$work/accepted" -X POST "$api/service-now-new/load-incidents" -H 'Content-Type: application/json' \
    -d "{\"data_inicio\":\"$(date -d '-90 days' +%F)\",\"data_fim\":\"$today\"}"
}
ask() { # times a minute, a rate that does not fall in step with the pages; what, more of curl's options
  curl -s --rate "$1/m" -o /dev/null -w '%{http_code} %{time_total}\n' "${@:3}" "http://localhost:$port/$2"
}
post() { # times a minute, job, how often
  ask "$1" "api/service-now-new/load-$2?[1-$3]" -X POST
}
stolen() { awk '{print $9 * 10; exit}' /proc/stat; } # milliseconds that the host took from this machine's processors
state() { curl -s "$api/executions?type=incidents&limit=1" | grep -o '"status":"[a-z]*"'; }
load
post 583 choices 270 >"$work/warm" &
warming=$!
post 67 rejected 30 >"$work/warm-too"
wait $warming
until [ "$(state)" = '"status":"success"' ]; do sleep 1; done
load
before=$(stolen)
ask 571 'actuator/health/liveness?[1-500]' >"$work/control" &
asking=$!
post 127 rejected 100 >"$work/accepted-times" &
asking+=" $!"
post 467 choices 400 >"$work/refused-times"
# shellcheck disable=SC2086
wait $asking
echo "at the end, the large load has $(state)"
echo "load average $(cut -d' ' -f1 /proc/loadavg), $(($(stolen) - before)) ms stolen by the host"
cat "$work/accepted-times" "$work/refused-times" >"$work/times"
cut -d' ' -f1 "$work/times" | sort | uniq -c
summary() { # what it is called
  cut -d' ' -f2 | sort -n | awk -v name="$1" '{t[NR] = $1 * 1000}
    END {printf "%s: median %.1f ms, p95 %.1f ms, p99 %.1f ms, slowest %.1f ms\n", name, t[int(NR * .5)], t[int(NR * .95)], t[int(NR * .99)], t[NR]}'
}
summary "POST load-…, all" <"$work/times"
summary "  of a job that ends at once" <"$work/accepted-times"
summary "  of a job that runs" <"$work/refused-times"
summary "GET liveness, which does nothing, beside it" <"$work/control"
