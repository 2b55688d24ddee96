#!/usr/bin/env bash
# camel-platform-http 4.17.0 (Maven, with its starter and Spring Boot 3.5.16): a route with httpMethodRestrict=GET takes HEAD as well and
# runs to its end, with all that it does; only the answer's body is left out. POST is refused with 405, as one expects.
# Seen on 2026-11-27: HEAD is answered with 200 and the route has run once; after the POST it still has run once.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version>
<dependencyManagement><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId>
<version>3.5.16</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement><dependencies>
<dependency><groupId>org.apache.camel.springboot</groupId><artifactId>camel-spring-boot-starter</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.apache.camel.springboot</groupId><artifactId>camel-platform-http-starter</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Head.java" <<'JAVA'
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.springframework.boot.*;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;

@SpringBootConfiguration
@EnableAutoConfiguration
public class Head {
    static final AtomicInteger RUNS = new AtomicInteger();

    @Bean
    RouteBuilder routes() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/work?httpMethodRestrict=GET").process(exchange -> RUNS.incrementAndGet()).setBody(constant("done"));
            }
        };
    }

    public static void main(String[] arguments) throws Exception {
        var context = (ServletWebServerApplicationContext) SpringApplication.run(Head.class, "--server.port=0");
        var address = URI.create("http://localhost:" + context.getWebServer().getPort() + "/work");
        for (var method : new String[] {"HEAD", "POST"}) {
            var request = HttpRequest.newBuilder(address).method(method, BodyPublishers.noBody()).build();
            var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            System.out.println(method + "=" + answer.statusCode() + ",runs-" + RUNS);
        }
        System.exit(0);
    }
}
JAVA
javac -cp "$work/jars/*" -d "$work/classes" "$work/Head.java"
seen=$(java -cp "$work/classes:$work/jars/*" Head 2>"$work/log" | grep -E '^(HEAD|POST)=' | paste -sd' ')
echo "$seen"
[ "$seen" = "HEAD=200,runs-1 POST=405,runs-1" ] || { echo "This has changed."; exit 1; }
