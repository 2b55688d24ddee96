#!/usr/bin/env bash
# Quartz 2.5.2 (Maven) skips a cron job in a zone with daylight saving time on the night when the clocks go forward, if its hour is skipped.
# "Every 15 minutes" pauses for 75 minutes when an hour occurs twice: most of the first hour has no firing.
# Seen on 2026-11-27: America/New_York, 0 30 2 * * ? has no firing on 2026-03-08; 0 0/15 * * * ? goes from 01:00 EDT (05:00 UTC) to 01:15
# EST (06:15 UTC) on 2026-11-01.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -B -q -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=org.quartz-scheduler:quartz:2.5.2 -DoutputDirectory="$work"
mvn -B -q -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=org.slf4j:slf4j-api:2.0.17 -DoutputDirectory="$work"
cat >"$work/Fire.java" <<'JAVA'
import java.time.*;
import java.util.*;
import org.quartz.CronExpression;

class Fire {
    public static void main(String[] arguments) throws Exception {
        var zone = ZoneId.of("America/New_York");
        var daily = new CronExpression("0 30 2 * * ?");
        daily.setTimeZone(TimeZone.getTimeZone(zone));
        var spring = daily.getNextValidTimeAfter(Date.from(ZonedDateTime.of(2026, 3, 7, 12, 0, 0, 0, zone).toInstant()));
        System.out.println(spring.toInstant().atZone(zone).toLocalDateTime());
        var often = new CronExpression("0 0/15 * * * ?");
        often.setTimeZone(TimeZone.getTimeZone(zone));
        var at = Date.from(Instant.parse("2026-11-01T05:00:00Z"));
        for (int firing = 0; firing < 2; firing++) {
            at = often.getNextValidTimeAfter(at);
            System.out.println(at.toInstant());
        }
    }
}
JAVA
seen=$(java -cp "$work/*" "$work/Fire.java" | paste -sd' ')
echo "$seen"
[ "$seen" = "2026-03-09T02:30 2026-11-01T06:15:00Z 2026-11-01T06:30:00Z" ] || { echo "This has changed."; exit 1; }
