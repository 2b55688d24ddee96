#!/usr/bin/env bash
# camel-platform-http 4.17.0 (Maven, with its starter and Spring Boot 3.5.16): the body of a POST is read as UTF-8 text whatever its
# Content-Type is. What is no UTF-8 (a picture, a gzipped body, a text in Latin-1) is answered with 500, and the route, which asks for
# bytes, gets "Stream closed" in their place: the decoder has failed before.
# Seen on 2026-11-27, all as application/octet-stream: 7 bytes of JSON and the two of é in UTF-8 arrive; é in Latin-1, two bytes FF FE, and
# the JSON gzipped, with and without Content-Encoding, are 500.
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
cat >"$work/Body.java" <<'JAVA'
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.io.ByteArrayOutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.builder.RouteBuilder;
import org.springframework.boot.*;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;

@SpringBootConfiguration
@EnableAutoConfiguration
public class Body {
    static String read;

    @Bean
    RouteBuilder routes() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                onException(Exception.class)
                        .process(exchange -> read = exchange.getProperty("CamelExceptionCaught", Exception.class).getMessage().contains("Stream closed")
                                ? "closed" : "other");
                from("platform-http:/work?httpMethodRestrict=POST")
                        .process(exchange -> read = exchange.getMessage().getBody(byte[].class).length + "-bytes")
                        .setBody(constant("done"));
            }
        };
    }

    public static void main(String[] arguments) throws Exception {
        var context = (ServletWebServerApplicationContext) SpringApplication.run(Body.class, "--server.port=0");
        var address = URI.create("http://localhost:" + context.getWebServer().getPort() + "/work");
        var plain = "{\"a\":1}".getBytes();
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        ask("json", address, plain);
        ask("utf8", address, "\u00e9".getBytes("UTF-8"));
        ask("latin1", address, "\u00e9".getBytes("ISO-8859-1"));
        ask("octets", address, new byte[] {(byte) 0xff, (byte) 0xfe});
        ask("gzip", address, packed.toByteArray());
        ask("gzip-told", address, packed.toByteArray(), "Content-Encoding", "gzip");
        System.exit(0);
    }

    static void ask(String name, URI address, byte[] body, String... more) throws Exception {
        read = "nothing";
        var request = HttpRequest.newBuilder(address).header("Content-Type", "application/octet-stream").POST(BodyPublishers.ofByteArray(body));
        var answer = HttpClient.newHttpClient().send((more.length == 0 ? request : request.headers(more)).build(), BodyHandlers.ofString());
        System.out.println(name + "=" + answer.statusCode() + "," + read);
    }
}
JAVA
javac -cp "$work/jars/*" -d "$work/classes" "$work/Body.java"
seen=$(java -cp "$work/classes:$work/jars/*" Body 2>"$work/log" | grep -E '^[a-z0-9-]+=' | paste -sd' ')
echo "$seen"
[ "$seen" = "json=200,7-bytes utf8=200,2-bytes latin1=500,closed octets=500,closed gzip=500,closed gzip-told=500,closed" ] || { echo "This has changed."; exit 1; }
