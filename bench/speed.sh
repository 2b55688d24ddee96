#!/usr/bin/env bash
# How close a whole load comes to what the machine can do: fetching the same pages with curl, then COPY of the same rows into the
# same table. The pages are recorded once and replayed from memory, so that the source costs next to nothing.
# Needs a JDK and Linux. Usage: bench/speed.sh [incidents] [columns: 47 or all] [rounds] [more of the table's
# entry, such as "history: true"]
incidents=${1:-50000} columns=${2:-47} rounds=${3:-3} more=${4:-}
simulator_port=8097 replay_port=8098 server_port=8099 database_port=25497
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
simulate $simulator_port "$incidents"
java bench/Replay.java $replay_port http://127.0.0.1:$simulator_port >"$work/replay.log" 2>&1 &
until_up "http://127.0.0.1:$replay_port/replay/passed-on"

fields=
if [ "$columns" != all ]; then
  fields='fields: [sys_id, sys_created_on, sys_created_by, sys_updated_on, sys_updated_by, sys_mod_count, sys_domain, sys_class_name, number, active,
    approval, assigned_to, assignment_group, business_duration, business_stc, calendar_duration, calendar_stc, caller_id, category, close_code,
    close_notes, closed_at, closed_by, cmdb_ci, company, contact_type, description, escalation, hold_reason, impact, incident_state,
    knowledge, location, made_sla, notify, opened_at, opened_by, parent_incident, priority, problem_id, reassignment_count,
    reopen_count, resolved_at, resolved_by, severity, short_description, state]'
fi
configure "" "$fields${fields:+${more:+, }}$more"
connect $replay_port $database_port
up() { serve $server_port ${SERVER_OPTIONS:--Xmx512m}; }

# processor seconds that Caravana has had, and PostgreSQL
ticks() { cat "$@" 2>/dev/null | awk '{ sub(/.*\) /, ""); sum += $12 + $13 } END { print sum / 100 }'; }
used() {
  local postmaster
  postmaster=$(head -1 "$(find "$work/data" -name postmaster.pid)")
  echo "$(ticks "/proc/$server/stat") $(ticks $(pgrep -P "$postmaster" | sed 's|.*|/proc/&/stat|'))"
}
field() { grep -o "\"$1\" *: *[^,}]*" "$work/execution" | tail -1 | sed 's/.*: *//; s/"//g'; }
load() { # what it is called
  local before after
  before=$(used)
  run_job $server_port
  after=$(used)
  awk -v name="$1" -v before="$before" -v after="$after" -v rows="$(field records_extracted)" -v ins="$(field inserted)" -v upd="$(field updated)" -v same="$(field unchanged)" \
    -v seconds="$(field seconds)" 'BEGIN {
      split(before, b, " "); split(after, a, " ")
      printf "%-34s %8.2f s %9.0f rows/s   %d inserted, %d updated, %d unchanged; processor: Caravana %.2f s, PostgreSQL %.2f s\n",
        name, seconds, rows / seconds, ins, upd, same, a[1] - b[1], a[2] - b[2] }'
}

up
load "recording (not measured)"
stop
passed_on=$(curl -s "http://127.0.0.1:$replay_port/replay/passed-on")
curl -s "http://127.0.0.1:$replay_port/replay/urls" >"$work/urls"
up
for round in $(seq "$rounds"); do
  echo "== round $round"
  fetch=$({ TIMEFORMAT=%R; time curl -sf --compressed -K "$work/urls" 2>"$work/curl.log" >/dev/null; } 2>&1)
  if [ "$round" = 1 ]; then
    sql "COPY servicenow.incident TO '$work/rows'" >"$work/saved"
    echo "$(wc -l <"$work/urls") requests, $(($(curl -sf --compressed -K "$work/urls" 2>"$work/curl.log" | wc -c) / 1000000)) MB of JSON"
  fi
  read -r copied copy < <(sql "DROP TABLE IF EXISTS servicenow.copied" "CREATE TABLE servicenow.copied (LIKE servicenow.incident INCLUDING ALL)" "CHECKPOINT" \
    "COPY servicenow.copied FROM '$work/rows'")
  awk -v fetch="$fetch" -v copy="$copy" -v rows="$copied" 'BEGIN {
    printf "%-34s %8.2f s %9.0f rows/s   curl %.2f s + COPY %.2f s\n", "limit", fetch + copy, rows / (fetch + copy), fetch, copy }'
  sql "DROP TABLE servicenow.incident CASCADE" "DROP TABLE IF EXISTS servicenow.incident_history CASCADE" "DELETE FROM caravana.change_event" \
    "CHECKPOINT" >"$work/emptied"
  if [ "$round" = 1 ]; then load "first load, process just started"; else load "first load"; fi
  load "the same again"
  sql "UPDATE servicenow.incident SET short_description = 'another'" "CHECKPOINT" >"$work/changed"
  load "every row changed"
done
stop
echo "requests that were not recorded before: $(($(curl -s "http://127.0.0.1:$replay_port/replay/passed-on") - passed_on))"
