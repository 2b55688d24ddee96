#!/usr/bin/env bash
# Jollyday 2.19.0 (Maven, with jollyday-jaxb): four days count as public holidays of Brazil that no federal law makes one (Carnival Tuesday,
# Ash Wednesday and Corpus Christi are days off by decree or by a town's law, Easter Sunday is a Sunday), and with a state that had
# 20 November before the country did, that day comes twice: who counts entries in place of days is wrong by one.
# Seen on 2026-11-27 for 2026: 14 national entries, of which the laws 662/1949, 6802/1980, 9093/1995 (Good Friday) and 14759/2023 have ten;
# SP and RJ 16 entries for 15 days, MG 14 for 14.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>f</groupId><artifactId>f</artifactId><version>1</version><dependencies>
<dependency><groupId>de.focus-shift</groupId><artifactId>jollyday-jaxb</artifactId><version>2.19.0</version></dependency></dependencies></project>
XML
mvn -B -q -Dstyle.color=never -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$work/jars"
cat >"$work/Ask.java" <<'JAVA'
import de.focus_shift.jollyday.core.*;
import java.time.*;
import java.util.*;
import java.util.stream.Collectors;

class Ask {
    public static void main(String[] arguments) {
        var brazil = HolidayManager.getInstance(ManagerParameters.create("br"));
        var law = Set.of("01-01", "04-03", "04-21", "05-01", "09-07", "10-12", "11-02", "11-15", "11-20", "12-25");
        System.out.println(brazil.getHolidays(Year.of(2026)).stream()
                .filter(day -> day.getType() == HolidayType.PUBLIC_HOLIDAY)
                .map(day -> day.getDate().toString().substring(5))
                .filter(day -> !law.contains(day))
                .sorted()
                .collect(Collectors.joining(",", "beside-the-law=", "")));
        for (var state : List.of("sp", "rj", "mg")) {
            var entries = brazil.getHolidays(Year.of(2026), state);
            System.out.println(state + "=" + entries.size() + "," + entries.stream().map(Holiday::getDate).distinct().count());
        }
    }
}
JAVA
seen=$(java -cp "$work/jars/*" "$work/Ask.java" 2>"$work/log" | paste -sd' ')
echo "$seen"
[ "$seen" = "beside-the-law=02-17,02-18,04-05,06-04 sp=16,15 rj=16,15 mg=14,14" ] || { echo "This has changed."; exit 1; }
