#!/usr/bin/env bash
# camel-management 4.17.0 (Maven; 4.22.0 does the same): dumpRoutesStatsAsXml(true, true), which Hawtio asks for every two seconds while a
# route's diagram is open, asks every step of all routes by JMX, and that once for each route: with twice the routes it asks nearly four
# times as much, and with 60 routes of ten steps it takes longer than those two seconds on a busy machine.
# Seen on 2026-11-27: 4,743 calls for 10 routes of ten steps, 15,869 for 20, 56,567 for 40.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-core</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-management</artifactId><version>4.17.0</version></dependency></dependencies></project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Ask.java" <<'JAVA'
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.*;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

class Ask {
    public static void main(String[] arguments) throws Exception {
        for (var routes : new int[] {10, 20, 40}) {
            var asked = new AtomicLong();
            var server = ManagementFactory.getPlatformMBeanServer();
            var counting = (MBeanServer) Proxy.newProxyInstance(Ask.class.getClassLoader(), new Class<?>[] {MBeanServer.class}, (proxy, method, values) -> {
                if (method.getName().equals("getAttribute") || method.getName().equals("invoke")) {
                    asked.incrementAndGet();
                }
                return method.invoke(server, values);
            });
            try (var camel = new DefaultCamelContext()) {
                camel.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        for (int route = 0; route < routes; route++) {
                            var steps = from("direct:" + route);
                            for (int step = 0; step < 10; step++) {
                                steps.setBody(constant("x"));
                            }
                        }
                    }
                });
                camel.start();
                var agent = camel.getManagementStrategy().getManagementAgent();
                agent.setMBeanServer(counting);
                camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class).getManagedCamelContext().dumpRoutesStatsAsXml(true, true);
                agent.setMBeanServer(server);
                System.out.println(routes + "=" + asked);
            }
        }
    }
}
JAVA
seen=$(java -cp "$work/jars/*" "$work/Ask.java" 2>"$work/log" | paste -sd' ')
echo "$seen"
[ "$seen" = "10=4743 20=15869 40=56567" ] || { echo "This has changed."; exit 1; }
