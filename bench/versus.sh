#!/usr/bin/env bash
# Two jars side by side in one run, on the same pages that are replayed from memory, and the limit of the machine beside them: curl
# gets the pages, then COPY writes the rows. Prints the medians and the ratios as a Markdown table.
# The old jar has its routes beside it, as bench/jar-of.sh puts them there; the new one is target/caravana.jar.
# Usage: bench/versus.sh OLD.jar [rounds]
#   INCIDENTS=50000  COLUMNS_OF=47 or all  ENTRY="history: true" (more of the table's entry)  JAVA="-Xmx512m" (options of both)
set -euo pipefail
old=$(realpath "$1") rounds=${2:-10}
[ -d "$(dirname "$old")/routes" ] || { echo "no folder 'routes' beside $old; bench/jar-of.sh makes both" >&2; exit 2; }
read -ra options <<<"${JAVA:--XX:+UseSerialGC -Xms64m -Xmx512m}"
simulator_port=8097 replay_port=8098
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
results=$work/results
: >"$results"
note() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$results"; } # part and measure, whose, value

declare -A server_of
side() { # old or new: what is started or asked from here on is that one's
  which=$1
  case $which in
    old) jar=$old server_port=8090 database_port=25490; export CARAVANA_ROUTES_DIR; CARAVANA_ROUTES_DIR=$(dirname "$old")/routes ;;
    new) jar=$PWD/target/caravana.jar server_port=8091 database_port=25491; export CARAVANA_ROUTES_DIR=$PWD/routes ;;
  esac
  connect $replay_port $database_port
  export CARAVANA_DATA_DIR=$work/data-$which
  server=${server_of[$which]:-}
}
up() { side "$1"; serve $server_port "${options[@]}"; server_of[$1]=$server; }
load() { # measure, the job
  local before after
  before=$(used "$server" "$CARAVANA_DATA_DIR")
  run_job $server_port "${2:-bench}"
  after=$(used "$server" "$CARAVANA_DATA_DIR")
  note "$1: seconds" "$which" "$(field seconds)"
  read -r caravana postgres < <(awk -v b="$before" -v a="$after" 'BEGIN { split(b, x, " "); split(a, y, " "); print y[1] - x[1], y[2] - x[2] }')
  note "$1: processor seconds of Caravana" "$which" "$caravana"
  note "$1: processor seconds of PostgreSQL" "$which" "$postgres"
  echo "$which, $1: $(field seconds) s, $(field inserted) inserted, $(field updated) updated, $(field unchanged) unchanged; processor: $caravana + $postgres" >&2
}
limit() { # measure, tables: seconds of curl and of COPY, which are copied from the files of `save`
  local fetch copy=0 table
  fetch=$({ TIMEFORMAT=%R; time curl -sf --compressed -K "$work/urls" 2>"$work/curl.log" >/dev/null; } 2>&1)
  for table in $2; do
    copy=$(sql "DROP TABLE IF EXISTS servicenow.copied" "CREATE TABLE servicenow.copied (LIKE servicenow.$table INCLUDING ALL)" CHECKPOINT \
      "COPY servicenow.copied FROM '$work/rows-$table'" | awk -v so_far="$copy" '{ print so_far + $2 }')
  done
  sql "DROP TABLE servicenow.copied" >"$work/dropped"
  note "$1: seconds" limit "$(awk -v a="$fetch" -v b="$copy" 'BEGIN { print a + b }')"
  echo "limit of $1: curl $fetch s, COPY $copy s" >&2
}
save() { for table in $1; do sql "COPY servicenow.$table TO '$work/rows-$table'" >"$work/saved"; done; }
empty() { sql "DROP TABLE IF EXISTS servicenow.incident CASCADE" "DROP TABLE IF EXISTS servicenow.incident_history CASCADE" \
  CHECKPOINT >"$work/emptied"; }
change() { # every row, and the number that stands for its values, where it has one
  sql "DO \$\$ BEGIN
      UPDATE servicenow.incident SET short_description = 'another', etl_fingerprint = 0;
    EXCEPTION WHEN undefined_column THEN UPDATE servicenow.incident SET short_description = 'another';
    END \$\$" CHECKPOINT >"$work/changed"
}
peak() { note "peak RSS of the server: MB" "$which" "$(awk '/VmHWM/ { printf "%d", $2 / 1000 }' "/proc/$server/status")"; }

simulate $simulator_port "${INCIDENTS:-50000}"
replay $replay_port $simulator_port
fields=
[ "${COLUMNS_OF:-47}" = all ] || fields=$few_fields
configure "" "$fields${ENTRY:+${fields:+, }$ENTRY}"
# not measured: records the pages and warms up; the limit gets those of the new one
up new
run_job $server_port
curl -sf "http://127.0.0.1:$replay_port/replay/urls" >"$work/urls"
up old
run_job $server_port
save incident
for round in $(seq "$rounds"); do
  echo "round $round" >&2
  limit "first load" incident
  for which in $([ $((round % 2)) = 0 ] && echo old new || echo new old); do
    side "$which"
    empty
    load "first load"
    load "the same again"
    change
    load "every row changed"
  done
done
for which in old new; do side $which; peak; done

awk -F'\t' '
  function median(key, n, i, j, v, t) {
    n = count[key]
    for (i = 1; i <= n; i++) v[i] = values[key, i]
    for (i = 2; i <= n; i++) { t = v[i]; for (j = i - 1; j > 0 && v[j] > t; j--) v[j + 1] = v[j]; v[j + 1] = t }
    return n == 0 ? "" : n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
  }
  function shown(x) { return x == "" ? "" : sprintf("%.2f", x) }
  function ratio(x, y) { return x == "" || y == "" || y == 0 ? "" : sprintf("%.2f", x / y) }
  { key = $1 FS $2; values[key, ++count[key]] = $3 + 0; if (!($1 in seen)) { seen[$1] = 1; order[++rows] = $1 } }
  END {
    print "| median | limit | old | new | old ÷ new | limit ÷ new |"
    print "|---|---|---|---|---|---|"
    for (r = 1; r <= rows; r++) {
      l = median(order[r] FS "limit"); o = median(order[r] FS "old"); n = median(order[r] FS "new")
      print "| " order[r] " | " shown(l) " | " shown(o) " | " shown(n) " | " ratio(o, n) " | " ratio(l, n) " |"
    }
  }' "$results"
