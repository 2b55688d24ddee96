#!/usr/bin/env bash
# Whether a page costs the same deep in a table, and a large table no more memory at its end than at its beginning.
# Needs target/caravana.jar and a JDK. Usage: bench/flat.sh [incidents of the large table] [heap]
set -euo pipefail
cd "$(dirname "$0")/.."
large=${1:-2000000} heap=${2:-512m} simulator_port=8094 replay_port=8093
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$work"' EXIT
mkdir "$work/config"
cat >"$work/config/tables.yaml" <<YAML
caravana:
  tables: [{source: incident, job: bench}]
YAML
simulate() { # incidents
  java -jar target/caravana.jar simulator --port $simulator_port --incidents "$1" >"$work/simulator.log" 2>&1 &
  simulator=$!
  until curl -sf -o "$work/up" -u caravana:caravana "http://127.0.0.1:$simulator_port/api/now/table/incident?sysparm_limit=1"; do sleep 0.5; done
}
load() { # the source's port, what is set, a JVM option
  printf 'caravana:\n  jobs: [{name: bench}]\n  servicenow: {rate-limit: 1000%s}\n' "$2" >"$work/config/application.yaml"
  rm -rf "$work/data"
  SERVICENOW_URL=http://127.0.0.1:$1 SERVICENOW_USERNAME=caravana SERVICENOW_PASSWORD=caravana \
    CARAVANA_CONFIG_DIR=$work/config CARAVANA_DATA_DIR=$work/data CARAVANA_DATABASE_EMBEDDED_PORT=25496 \
    java -Xmx"$heap" "$3" -jar target/caravana.jar load bench >"$work/load.log" 2>"$work/load.err" || { tail -n 5 "$work/load.log" "$work/load.err"; exit 1; }
}

echo "== depth: 300 pages of 1,000 rows, one after the other; the median of the time from one request to the next"
simulate 300000
java bench/Replay.java $replay_port http://127.0.0.1:$simulator_port >>"$work/replay.log" 2>&1 &
until curl -sf -o "$work/up" "http://127.0.0.1:$replay_port/replay/passed-on"; do sleep 0.2; done
alone=', page-size: 1000, max-page-size: 1000, partition-threshold: 100000000'
load $replay_port "$alone" -XX:+UseSerialGC
: >"$work/replay.log"
load $replay_port "$alone" -XX:+UseSerialGC
awk '/incident.*ORDERBYsys_id/ { if (last) print $1 - last; last = $1 }' "$work/replay.log" >"$work/steps"
median() { sed -n "$1,$2p" "$work/steps" | sort -n | awk '{ a[NR] = $1 } END { printf "pages '"$1"' to '"$2"': %.0f ms\n", a[int((NR + 1) / 2)] }'; }
median 2 31
median 100 129
median 200 229
median 260 289
kill $simulator

echo "== memory: -Xmx$heap; what is in use right after a full collection, every few seconds"
simulate "$large"
load $simulator_port "" -XX:+UseG1GC &
loading=$!
sleep 10
while kill -0 $loading 2>/dev/null; do
  jvm=$(pgrep -f 'caravana.jar load bench' | tail -1) || break
  jcmd "$jvm" GC.run >"$work/jcmd" 2>&1 || break
  used=$(jcmd "$jvm" GC.heap_info | grep -oE 'used [0-9]+K' | head -1) || break
  echo "$used, $(tail -1 "$work/load.log" | grep -oE '[0-9,]+ of [0-9,]+ rows' || true)"
  sleep 8
done
wait $loading
tail -1 "$work/load.log"
