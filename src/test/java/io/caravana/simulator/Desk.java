package io.caravana.simulator;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** Simulators of tests: a fixed day, and few rows that each test knows. */
final class Desk {
    static final Clock FRIDAY = Clock.fixed(Instant.parse("2026-03-06T15:00:00Z"), ZoneOffset.UTC);

    private Desk() {}

    static Simulator empty() {
        return Simulator.start(SimulatorProperties.defaults().withIncidents(0), FRIDAY);
    }

    static Simulator busy() {
        return Simulator.start(SimulatorProperties.defaults().withIncidents(600), FRIDAY);
    }

    static void incident(Simulator simulator, String sysId, String... values) {
        simulator.put("incident", record(sysId, values));
    }

    static Map<String, String> record(String sysId, String... values) {
        var record = new HashMap<String, String>();
        record.put("sys_id", sysId);
        record.put("sys_class_name", "incident");
        for (var i = 0; i < values.length; i += 2) {
            record.put(values[i], values[i + 1]);
        }
        return record;
    }
}
