#!/usr/bin/env bash
# Starts Caravana and loads once, so that caravana.jsa keeps the classes it needed and later starts are faster.
# Run it in the directory of the extracted caravana.jar, with config/ and routes/. It needs the DATABASE_URL of a database that may be filled
# with simulated rows, and the java that will be used later: an archive fits only one build of it.
set -euo pipefail
options=$1
export SERVICENOW_URL=simulator
export SERVER_ADDRESS=127.0.0.1 SERVER_PORT=${SERVER_PORT:-18080} CARAVANA_SIMULATOR_INCIDENTS=300
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# the first line of the answer has the result; curl may be missing
ask() {
  exec 3<>"/dev/tcp/127.0.0.1/$SERVER_PORT" || return 1
  printf '%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n' "$1" >&3
  cat <&3
}
await() {
  for _ in $(seq 240); do
    if ask "$1" 2>/dev/null | grep -q "$2"; then return; fi
    kill -0 $server || break
    sleep 0.5
  done
  cat "$log" >&2
  echo "no $2 from $1" >&2
  kill $server 2>/dev/null || true
  exit 1
}

version=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')
if [ "$version" -ge 25 ]; then
  archive=caravana.aot
  use=-XX:AOTCache=$archive
  make=(-XX:AOTCacheOutput=$archive -Xlog:aot=off -Xlog:cds=off)
else
  archive=caravana.jsa
  use=-XX:SharedArchiveFile=$archive
  make=(-XX:ArchiveClassesAtExit=$archive -Xlog:cds=off -Xlog:cds+dynamic=off)
fi
grep -v -e SharedArchiveFile -e AOTCache "$options" >java.options.training
java @java.options.training "${make[@]}" -jar caravana.jar >"$log" 2>&1 &
server=$!
await 'GET /actuator/health/readiness' 'HTTP/1.1 200'
ask 'POST /api/service-now-new/load-incidents' >/dev/null
await 'GET /api/executions?type=incidents&limit=1' '"status":"success"'
ask 'GET /actuator/prometheus' >/dev/null
kill $server
wait $server || true
rm java.options.training
ls -l "$archive"
sed -i -E "s/^-XX:(SharedArchiveFile|AOTCache)=.*/$use/" "$options"
