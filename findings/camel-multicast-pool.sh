#!/usr/bin/env bash
# Apache Camel 4.17.0 (Maven): a multicast with parallelProcessing and a pool of N threads runs more than N branches at once if a branch
# contains a parallel split: the branch continues on another thread, and its own thread takes the next branch. With synchronous=true the
# pool limits the branches, as one would expect.
# Seen on 2026-11-27: 5 branches on 2 threads, each with a parallel split: 5 at once without synchronous, 2 with it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-core</artifactId><version>4.17.0</version></dependency></dependencies></project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Branches.java" <<'JAVA'
import java.util.List;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

class Branches {
    public static void main(String[] arguments) throws Exception {
        for (var synchronous : new boolean[] {false, true}) {
            var running = new AtomicInteger();
            var most = new AtomicInteger();
            var two = Executors.newFixedThreadPool(2);
            var many = Executors.newFixedThreadPool(10);
            try (var camel = new DefaultCamelContext()) {
                camel.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        var multicast = from("direct:all").multicast().parallelProcessing().executorService(two);
                        if (synchronous) {
                            multicast.synchronous();
                        }
                        multicast.to("direct:branch", "direct:branch", "direct:branch", "direct:branch", "direct:branch");
                        from("direct:branch")
                                .process(begun -> most.accumulateAndGet(running.incrementAndGet(), Math::max))
                                .split(constant(List.of(1, 2))).parallelProcessing().executorService(many)
                                    .delay(500).asyncDelayed()
                                .end().end()
                                .process(ended -> running.decrementAndGet());
                    }
                });
                camel.start();
                camel.createProducerTemplate().requestBody("direct:all", "x");
            }
            two.shutdownNow();
            many.shutdownNow();
            System.out.println("synchronous-" + synchronous + "=" + most);
        }
    }
}
JAVA
seen=$(java -cp "$work/jars/*" "$work/Branches.java" 2>"$work/log" | grep = | paste -sd' ')
echo "$seen"
[ "$seen" = "synchronous-false=5 synchronous-true=2" ] || { echo "This has changed."; exit 1; }
