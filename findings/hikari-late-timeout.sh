#!/usr/bin/env bash
# HikariCP 6.3.3 (Maven): setConnectionTimeout on a pool that runs is taken at once by the getter, and by getConnection only after the next
# look of the pool's housekeeper, up to half a minute later. A test or an operator who shortens the wait still waits as long as before.
# Seen on 2026-11-27 with H2 2.3.232 and a pool of one connection that is in use: begun with 2 s and set to 250 ms, the getter says 250,
# the next getConnection gives up after 2 s, and one 35 s later after 250 ms.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version><dependencies>
<dependency><groupId>com.zaxxer</groupId><artifactId>HikariCP</artifactId><version>6.3.3</version></dependency>
<dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.3.232</version></dependency></dependencies>
</project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Late.java" <<'JAVA'
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class Late {
    public static void main(String[] arguments) throws Exception {
        try (var pool = new HikariDataSource()) {
            pool.setJdbcUrl("jdbc:h2:mem:late");
            pool.setMaximumPoolSize(1);
            pool.setConnectionTimeout(2000);
            try (var inUse = pool.getConnection()) {
                pool.setConnectionTimeout(250);
                System.out.println("getter=" + pool.getConnectionTimeout());
                System.out.println("next=" + waited(pool));
                Thread.sleep(35_000);
                System.out.println("later=" + waited(pool));
            }
        }
    }

    private static String waited(HikariDataSource pool) {
        long begin = System.nanoTime();
        try (var none = pool.getConnection()) {
            return "no-wait";
        } catch (SQLException e) {
            long millis = (System.nanoTime() - begin) / 1_000_000;
            return millis > 1_900 ? "long" : "short";
        }
    }
}
JAVA
seen=$(java -Djava.io.tmpdir="$work" -cp "$work/jars/*" "$work/Late.java" 2>"$work/log" | paste -sd' ')
echo "$seen"
[ "$seen" = "getter=250 next=long later=short" ] || { echo "This has changed."; exit 1; }
