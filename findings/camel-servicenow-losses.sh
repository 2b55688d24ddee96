#!/usr/bin/env bash
# camel-servicenow 4.17.0 (Maven) treats an answer 200 with rows and an error, as ServiceNow ends one that took too long, as a success: it
# returns the rows and loses the error. It does not follow the link to the next page. It throws an exception ("404") if there are no rows.
# Seen on 2026-11-27 against a server that answers in these three ways: two rows and no exception; one request; an exception.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-core</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-servicenow</artifactId><version>4.17.0</version></dependency></dependencies></project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Ask.java" <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.*;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;

class Ask {
    public static void main(String[] arguments) throws Exception {
        var asked = new AtomicInteger();
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/api/now/table/", exchange -> {
            asked.incrementAndGet();
            var path = exchange.getRequestURI().getPath();
            var rows = "[{\"sys_id\":\"a\"},{\"sys_id\":\"b\"}]";
            var none = path.endsWith("/none");
            var body = none
                    ? "{\"error\":{\"message\":\"No Record found\",\"detail\":\"\"},\"status\":\"failure\"}"
                    : path.endsWith("/late")
                            ? "{\"result\":" + rows + ",\"error\":{\"message\":\"Transaction cancelled\",\"detail\":\"\"},\"status\":\"failure\"}"
                            : "{\"result\":" + rows + "}";
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("X-Total-Count", "4");
            exchange.getResponseHeaders().set("Link", "<http://127.0.0.1:" + server.getAddress().getPort() + path
                    + "?sysparm_offset=2&sysparm_limit=2>;rel=\"next\"");
            exchange.sendResponseHeaders(none ? 404 : 200, body.length());
            exchange.getResponseBody().write(body.getBytes());
            exchange.close();
        });
        server.start();
        try (var camel = new DefaultCamelContext()) {
            camel.start();
            for (var table : List.of("late", "pages", "none")) {
                asked.set(0);
                String seen;
                try {
                    var answer = camel.createProducerTemplate().requestBodyAndHeaders(
                            "servicenow:x?userName=u&password=p&apiUrl=http://127.0.0.1:%d/api&oauthTokenUrl=http://127.0.0.1/t"
                                    .formatted(server.getAddress().getPort()),
                            null,
                            Map.of("CamelServiceNowResource", "table", "CamelServiceNowAction", "retrieve", "CamelServiceNowTable", table));
                    seen = "rows-" + ((List<?>) answer).size();
                } catch (Exception e) {
                    seen = "exception";
                }
                System.out.println(table + "=" + seen + "," + asked);
            }
        }
        server.stop(0);
    }
}
JAVA
seen=$(java -cp "$work/jars/*" "$work/Ask.java" 2>"$work/log" | grep = | paste -sd' ')
echo "$seen"
[ "$seen" = "late=rows-2,1 pages=rows-2,1 none=exception,1" ] || { echo "This has changed."; exit 1; }
