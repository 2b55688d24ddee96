#!/usr/bin/env bash
# Loads a large table with mixed faults in a small heap, then again without faults. The second load compares every value, so "unchanged"
# for every row means that the first load ended equal to the source.
# Usage: bench/soak.sh [incidents] [share of requests that fail] [heap]
incidents=${1:-1000000} share=${2:-0.02} heap=${3:-256m} port=8096
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
simulate $port "$incidents"
configure
connect $port 25498
load() {
  /usr/bin/time -f 'peak RSS %M kB, wall %e s' java -Xmx"$heap" -XX:+UseSerialGC -jar target/caravana.jar load bench >"$work/$1.log" 2>"$work/$1.err" ||
    { tail -n 5 "$work/$1.log" "$work/$1.err"; exit 1; }
  tail -3 "$work/$1.log"
  tail -1 "$work/$1.err"
  echo "tried again: $(grep -c 'Trying again' "$work/$1.log" || true)"
}

each=$(awk -v share="$share" 'BEGIN { print share / 8 }')
for kind in RESET CUT_BODY BROKEN_WITH_ERROR BROKEN_MALFORMED BROKEN_CUT LOGIN_PAGE SEMAPHORE; do
  control $port faults -o "$work/added" -X POST -d "{\"kind\":\"$kind\",\"table\":\"incident\",\"probability\":$each}"
done
control $port faults -o "$work/added" -X POST -d "{\"kind\":\"STATUS\",\"table\":\"incident\",\"probability\":$each,\"settings\":{\"status\":\"503\"}}"
echo "== with faults in $share of the requests, -Xmx$heap"
load first
control $port faults -o "$work/cleared" -X DELETE
echo "== again without faults"
load second
