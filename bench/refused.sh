#!/usr/bin/env bash
# Measures what a page of some 400 incidents costs of which a CHECK of the replica's users refuses none, some or all, into an empty table.
# Usage: bench/refused.sh [how many are refused...]
refused=(0 1 10 100 1000)
[ $# -eq 0 ] || refused=("$@")
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
simulate 18095 401
configure "page-size: 1000, max-page-size: 1000"
connect 18095 25499
export CARAVANA_DEMO=false
serve 18096
run_job 18096
sql "CREATE TABLE public.key AS SELECT sys_id FROM servicenow.incident" "CREATE TABLE public.refused (key text PRIMARY KEY)" \
  "CREATE FUNCTION public.refused(text) RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM public.refused WHERE key = \$1)'" \
  "ALTER TABLE servicenow.incident ADD CHECK (NOT public.refused(sys_id))" >"$work/sql"
for number in "${refused[@]}"; do
  sql "TRUNCATE servicenow.incident, public.refused" \
    "INSERT INTO public.refused SELECT sys_id FROM public.key ORDER BY md5(sys_id) LIMIT $number" >"$work/sql"
  before=$(used "$server" "$work/data")
  run_job 18096
  echo "$before $(used "$server" "$work/data") $number $(field inserted) $(field rejected) $(field seconds)" |
    awk '{ printf "%d refused: %d inserted, %d rejected, %.1f s; processor seconds: Caravana %.2f, PostgreSQL %.2f\n", $5, $6, $7, $8, $3 - $1, $4 - $2 }'
done
