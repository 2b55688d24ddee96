package io.caravana.simulator;

import java.util.Comparator;
import java.util.List;

/** A parsed encoded query: what a row must be, and in which order rows come. */
record EncodedQuery(Where where, List<Order> orders) {
    /** One {@code ORDERBY}. */
    record Order(Path path, boolean descending) {
        Comparator<Row> comparator() {
            Comparator<Row> comparator = Comparator.comparing(path::shown, Values.comparator(path.column()));
            return descending ? comparator.reversed() : comparator;
        }

        boolean is(String column) {
            return path.name().equals(column);
        }
    }

    EncodedQuery and(Where more) {
        return new EncodedQuery(Where.all(List.of(where, more)), orders);
    }

    Comparator<Row> comparator() {
        return orders.stream()
                .map(Order::comparator)
                .reduce(Comparator::thenComparing)
                .orElseThrow(() -> new IllegalStateException("No order was asked for"));
    }
}
