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
serve() { # at this port, with options of Java
  SERVER_PORT=$1 java "${@:2}" -jar target/caravana.jar >"$work/server.log" 2>&1 &
  server=$!
  until_up "http://127.0.0.1:$1/actuator/health/readiness"
}
sql() { # statements
  [ -d "$work/BOOT-INF" ] || (cd "$work" && jar xf "$OLDPWD/target/caravana.jar" BOOT-INF/lib)
  java -cp "$(ls "$work"/BOOT-INF/lib/postgresql-*.jar)" bench/Sql.java "jdbc:postgresql://127.0.0.1:$CARAVANA_DATABASE_EMBEDDED_PORT/caravana" "$@"
}
stop() { kill "$server"; wait "$server" || true; }
run_job() { # the server's port; leaves the execution, once it has ended in success, in $work/execution
  local location
  location=$(curl -sf -X POST -D - -o "$work/accepted" "http://127.0.0.1:$1/api/service-now-new/load-bench" |
    tr -d '\r' | sed -n 's/^[Ll]ocation: *//p')
  [[ $location == http* ]] || location=http://127.0.0.1:$1$location
  while curl -sf -o "$work/execution" "$location" && grep -q '"status" *: *"running"' "$work/execution"; do sleep 0.1; done
  grep -q '"status" *: *"success"' "$work/execution" || { cat "$work/execution"; exit 1; }
}
