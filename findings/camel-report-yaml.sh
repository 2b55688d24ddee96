#!/usr/bin/env bash
# camel-report-maven-plugin 4.17.0 (Maven): route-coverage finds no route that is written in YAML. It reports "0 out of 0 (100.0%)" and
# succeeds, whatever threshold is asked for, though the tests have written down which routes ran and which did not.
# Seen on 2026-11-27: two routes, of which a test runs one; the test's dump has both with their counts; the report has neither.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/main/java/f" "$work/src/main/resources/camel" "$work/src/test/java/f"
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version>
<properties><maven.compiler.release>17</maven.compiler.release><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-core</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-management</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-yaml-dsl</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-main</artifactId><version>4.17.0</version></dependency>
<dependency><groupId>org.apache.camel</groupId><artifactId>camel-test-main-junit5</artifactId><version>4.17.0</version><scope>test</scope></dependency>
</dependencies>
<build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
<plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin></plugins></build></project>
XML
cat >"$work/src/main/resources/camel/greet.camel.yaml" <<'YAML'
- route:
    id: greet
    from:
      uri: direct:greet
      steps:
        - setBody:
            expression:
              constant:
                expression: hello
- route:
    id: never
    from:
      uri: direct:never
      steps:
        - setBody:
            expression:
              constant:
                expression: nobody
YAML
cat >"$work/src/test/java/f/GreetTest.java" <<'JAVA'
package f;

import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.Test;

class GreetTest extends CamelMainTestSupport {
    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.withRoutesIncludePattern("classpath:camel/*.camel.yaml");
    }

    @Test
    void greets() {
        org.junit.jupiter.api.Assertions.assertEquals("hello", template.requestBody("direct:greet", "x", String.class));
    }
}
JAVA
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" test -DCamelTestRouteCoverage=true >"$work/log" 2>&1
dumped=$(grep -oh '<route exchangesTotal="[0-9]*" id="[a-z]*"' "$work"/target/camel-route-coverage/*.xml | sed -E 's/.*"([0-9]+)" id="(.*)"/\2-\1/' | paste -sd,)
mvn -B -Dstyle.color=never -f "$work/pom.xml" org.apache.camel:camel-report-maven-plugin:4.17.0:route-coverage \
  -Dcamel.coverageThreshold=100 -Dcamel.overallCoverageThreshold=100 -Dcamel.failOnError=true >"$work/report"
seen="dump=$dumped report=$(sed -n 's/^Coverage: \(.*\)$/\1/p' "$work/report" | tr ' ' _)"
echo "$seen"
[ "$seen" = "dump=greet-1,never-0 report=0_out_of_0_(100.0%_/_threshold_100.0%)" ] || { echo "This has changed."; exit 1; }
