package io.caravana.execution;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rows of one gauge. A row that stays is not registered anew, only its value moves: a scrape that comes while all rows are
 * taken away and put back finds none, and Micrometer 1.17.2 answers it with 500.
 */
final class GaugeRows {

    private final MultiGauge gauge;
    private final Map<Tags, Double> values = new ConcurrentHashMap<>();

    GaugeRows(MultiGauge gauge) {
        this.gauge = gauge;
    }

    /** Shows these rows and no others. */
    void show(Map<Tags, Double> rows) {
        values.putAll(rows);
        gauge.register(rows.keySet().stream()
                .map(tags -> Row.of(tags, () -> values.getOrDefault(tags, Double.NaN)))
                .toList());
        values.keySet().retainAll(rows.keySet());
    }
}
