#!/usr/bin/env bash
# Measures whether a page deep in a table costs more than the first ones, and whether a large table needs more memory at its end.
# Needs a JDK. Usage: bench/flat.sh [incidents of the large table] [heap]
large=${1:-2000000} heap=${2:-512m} simulator_port=8094 replay_port=8093 server_port=8092
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

echo "== depth: 300 pages of 1,000 rows, one after the other; the median of the time from one request to the next, as a warm server loads all of them"
simulate $simulator_port "${DEEP:-300000}"
java bench/Replay.java $replay_port http://127.0.0.1:$simulator_port >"$work/replay.log" 2>&1 &
until_up "http://127.0.0.1:$replay_port/replay/passed-on"
configure "page-size: 1000, max-page-size: 1000, partition-threshold: 100000000"
connect $replay_port 25496
serve $server_port -Xmx"$heap"
run_job $server_port
run_job $server_port
sql "DROP TABLE servicenow.incident CASCADE" >"$work/emptied"
: >"$work/replay.log"
run_job $server_port
stop
awk '/incident.*ORDERBYsys_id/ { if (last) print $1 - last; last = $1 }' "$work/replay.log" >"$work/steps"
median() { sed -n "$1,$2p" "$work/steps" | sort -n | awk '{ a[NR] = $1 } END { printf "pages '"$1"' to '"$2"': %.0f ms\n", a[int((NR + 1) / 2)] }'; }
median 2 31
median 100 129
median 200 229
median 260 289
kill $simulator

echo "== memory: -Xmx$heap; what is in use right after a full collection, every few seconds"
simulate $simulator_port "$large"
configure
connect $simulator_port 25496
rm -rf "$work/data"
java -Xmx"$heap" -XX:+UseG1GC "-Xlog:gc:file=$work/gc.log" -jar target/caravana.jar load bench >"$work/load.log" 2>"$work/load.err" &
loading=$!
sleep 10
while kill -0 $loading 2>/dev/null; do
  jcmd $loading GC.run >"$work/jcmd" 2>&1 || break
  used=$(grep 'Pause Full' "$work/gc.log" | tail -1 | sed 's/.*->//; s/(.*//')
  echo "$used, $(tail -1 "$work/load.log" | grep -oE '[0-9,]+ of [0-9,]+ rows' || true)"
  sleep 8
done
wait $loading || { tail -n 5 "$work/load.log" "$work/load.err"; exit 1; }
tail -1 "$work/load.log"
