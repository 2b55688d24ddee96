#!/usr/bin/env bash
# Measures how close a large table comes to the ideal time when every page is slow and few requests may be in flight.
# Usage: bench/latency.sh [incidents] [rows per page] [milliseconds per page]
incidents=${1:-40000} page=${2:-100} millis=${3:-300} in_flight=8 port=8095
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
simulate $port "$incidents" --latency-millis "$millis"
control $port requests -o "$work/cleared" -X DELETE
configure "max-concurrent: $in_flight, page-size: $page, max-page-size: $page, partition-threshold: 1000"
connect $port 25499
java -jar target/caravana.jar load bench >"$work/load.log"
tail -3 "$work/load.log"
control $port requests
echo
awk -v millis="$millis" -v flight=$in_flight '
  $1 == "incident" && $2 == "success" { pages = $9; gsub(",", "", pages); seconds = $10 }
  END { ideal = pages * millis / 1000 / flight; printf "%d pages, %.1f s; ideal %.1f s; ratio %.2f\n", pages, seconds, ideal, seconds / ideal }' "$work/load.log"
