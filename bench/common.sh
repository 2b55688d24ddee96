# shellcheck shell=bash disable=SC2034
# Shared by the benches: a temporary directory, the simulator, the configuration, and Caravana using them. Source it; it needs
# target/caravana.jar.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$work"' EXIT
until_up() { until curl -sf -o "$work/up" "$@"; do sleep 0.2; done; }

simulate() { # port, incidents, more of its options
  java -jar target/caravana.jar simulator --port "$1" --incidents "$2" "${@:3}" >"$work/simulator.log" 2>&1 &
  simulator=$!
  until_up -u caravana:caravana "http://127.0.0.1:$1/api/now/table/incident?sysparm_limit=1"
}
control() { # the simulator's port, what to control, more of curl's options
  curl -sf -u caravana:caravana "http://127.0.0.1:$1/simulator/$2" "${@:3}"
}
configure() { # more of caravana.servicenow, more of the table's entry
  mkdir -p "$work/config"
  printf 'caravana:\n  jobs: [{name: bench}]\n  servicenow: {rate-limit: 1000%s}\n' "${1:+, $1}" >"$work/config/application.yaml"
  printf 'caravana:\n  tables: [{source: incident, job: bench%s}]\n' "${2:+, $2}" >"$work/config/tables.yaml"
}
connect() { # to the source at this port, with an embedded database at that one
  export SERVICENOW_URL=http://127.0.0.1:$1 SERVICENOW_USERNAME=caravana SERVICENOW_PASSWORD=caravana
  export CARAVANA_CONFIG_DIR=$work/config CARAVANA_DATA_DIR=$work/data CARAVANA_DATABASE_EMBEDDED_PORT=$2
}
serve() { # at this port, with options of Java; another jar where $jar names it
  SERVER_PORT=$1 java "${@:2}" -jar "${jar:-target/caravana.jar}" >"$work/server$1.log" 2>&1 &
  server=$!
  until_up "http://127.0.0.1:$1/actuator/health/readiness"
}
sql() { # statements
  [ -d "$work/BOOT-INF" ] || (cd "$work" && jar xf "$OLDPWD/target/caravana.jar" BOOT-INF/lib)
  java -cp "$(ls "$work"/BOOT-INF/lib/postgresql-*.jar)" bench/Sql.java "jdbc:postgresql://127.0.0.1:$CARAVANA_DATABASE_EMBEDDED_PORT/caravana" "$@"
}
stop() { kill "$server"; wait "$server" || true; }
run_job() { # the server's port, the job; leaves the execution, once it has ended in success, in $work/execution
  local location
  location=$(curl -sf -X POST -D - -o "$work/accepted" "http://127.0.0.1:$1/api/service-now-new/load-${2:-bench}" |
    tr -d '\r' | sed -n 's/^[Ll]ocation: *//p')
  [[ $location == http* ]] || location=http://127.0.0.1:$1$location
  while curl -sf -o "$work/execution" "$location" && grep -q '"status" *: *"running"' "$work/execution"; do sleep 0.1; done
  grep -q '"status" *: *"success"' "$work/execution" || { cat "$work/execution"; exit 1; }
}
field() { grep -o "\"$1\" *: *[^,}]*" "$work/execution" | tail -1 | sed 's/.*: *//; s/"//g'; } # a number of that execution
replay() { # port, the source's port: records the source's answers, then gives them from memory
  java bench/Replay.java "$1" "http://127.0.0.1:$2" >"$work/replay.log" 2>&1 &
  until_up "http://127.0.0.1:$1/replay/passed-on"
}
ticks() { cat "$@" 2>/dev/null | awk '{ sub(/.*\) /, ""); sum += $12 + $13 } END { printf "%.2f", sum / 100 }'; }
used() { # processor seconds that a process has had, and the PostgreSQL in this data directory
  local postmaster
  postmaster=$(head -1 "$(find "$2" -name postmaster.pid)")
  # what ended counts for its parent
  echo "$(ticks "/proc/$1/stat") $(cat /proc/"$postmaster"/stat $(pgrep -P "$postmaster" | sed 's|.*|/proc/&/stat|') 2>/dev/null |
    awk -v all="$postmaster" '{ pid = $1; sub(/.*\) /, ""); sum += $12 + $13 + (pid == all ? $14 + $15 : 0) } END { printf "%.2f", sum / 100 }')"
}
# Of 47 columns, as in the figures of others.
few_fields='fields: [sys_id, sys_created_on, sys_created_by, sys_updated_on, sys_updated_by, sys_mod_count, sys_domain, sys_class_name, number, active,
    approval, assigned_to, assignment_group, business_duration, business_stc, calendar_duration, calendar_stc, caller_id, category, close_code,
    close_notes, closed_at, closed_by, cmdb_ci, company, contact_type, description, escalation, hold_reason, impact, incident_state,
    knowledge, location, made_sla, notify, opened_at, opened_by, parent_incident, priority, problem_id, reassignment_count,
    reopen_count, resolved_at, resolved_by, severity, short_description, state]'
