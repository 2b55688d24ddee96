#!/usr/bin/env bash
# Measures how fast change events reach Kafka: many at once, then one after the other.
# Usage: bench/publish.sh [events at once] [single events]
many=${1:-100000} single=${2:-500} port=8095 broker=19092
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
./mvnw -q dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$work/classpath"
classpath=$(cat "$work/classpath")
cat >"$work/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((broker + 1))
listeners=PLAINTEXT://127.0.0.1:$broker,CONTROLLER://127.0.0.1:$((broker + 1))
controller.listener.names=CONTROLLER
log.dirs=$work/kafka
num.partitions=4
offsets.topic.replication.factor=1
END
java -cp "$classpath" kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qg -c "$work/server.properties" >"$work/format.log" 2>&1
java -Xmx256m -cp "$classpath" kafka.Kafka "$work/server.properties" >"$work/broker.log" 2>&1 &
until grep -q "Kafka Server started" "$work/broker.log"; do sleep 0.2; done

simulate $port 10
configure
connect $port 25499
export KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:$broker
serve 8096 -Xmx512m
until [ "$(sql "SELECT count(*) FROM caravana.consumer_group WHERE name = 'kafka'" | cut -d' ' -f1)" = 1 ]; do sleep 0.2; done

insert() { # how many, the first number
  sql "INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id)
    SELECT 'incident', md5(n::text), 'updated', '{\"state\": [\"1\", \"2\"], \"short_description\": [\"before\", \"after\"]}', 'bench'
    FROM generate_series($2, $2 + $1 - 1) AS n" "SELECT pg_notify('caravana_changes', 'incident')" >"$work/inserted"
}
read_events() { # how many
  java -cp "$classpath" bench/Published.java "127.0.0.1:$broker" "$1" >"$work/read" 2>"$work/reader.log" &
  reader=$!
  until grep -q ready "$work/reader.log"; do sleep 0.1; done
}
echo "$many events at once"
read_events "$many"
insert "$many" 1
wait $reader
cat "$work/read"
echo "$single events, one after the other"
read_events "$single"
java -cp "$classpath" bench/Sql.java "jdbc:postgresql://127.0.0.1:25499/caravana" "DO \$\$ BEGIN FOR n IN 1..$single LOOP
  INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id)
    VALUES ('incident', md5('single' || n), 'updated', '{\"state\": [\"1\", \"2\"]}', 'bench');
  PERFORM pg_notify('caravana_changes', 'incident');
  COMMIT; PERFORM pg_sleep(0.03); END LOOP; END \$\$" >"$work/inserted"
wait $reader
cat "$work/read"
