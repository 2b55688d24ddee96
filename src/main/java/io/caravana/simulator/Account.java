package io.caravana.simulator;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The user on whose behalf a request runs: its zone and formats shape every display value. */
record Account(String sysId, ZoneId zone, DateTimeFormatter dateTime, DateTimeFormatter date) {
    /** The account of a sys_user row; the system's zone and formats where the row is null or names none. */
    static Account of(Row user) {
        if (user == null) {
            return formatted("", ZoneOffset.UTC, "yyyy-MM-dd", "HH:mm:ss");
        }
        var date = user.get("date_format").isEmpty() ? "yyyy-MM-dd" : user.get("date_format");
        var time = user.get("time_format").isEmpty() ? "HH:mm:ss" : user.get("time_format");
        return formatted(user.sysId(), zone(user.get("time_zone")), date, time);
    }

    private static Account formatted(String sysId, ZoneId zone, String date, String time) {
        return new Account(
                sysId, zone, DateTimeFormatter.ofPattern(date + " " + time), DateTimeFormatter.ofPattern(date));
    }

    private static ZoneId zone(String name) {
        try {
            return name.isEmpty() ? ZoneOffset.UTC : ZoneId.of(name);
        } catch (DateTimeException unknownZone) {
            // As the platform does: a zone it cannot read leaves the user in the system's zone.
            return ZoneOffset.UTC;
        }
    }
}
