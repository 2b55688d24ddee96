package io.caravana.simulator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.atomic.AtomicLong;

/** Runs encoded queries on tables, walking only the keys a query leaves open where its order allows. */
final class Selection {
    /**
     * The rows of one page, before any access rule.
     *
     * @param total how many rows match in all; -1 when that was not asked for
     */
    record Page(List<Row> rows, long total) {}

    private static final String AFTER_EVERY_SYS_ID = "\uffff";

    /** Requests without an order move on in the table, so that their pages overlap and leave gaps. */
    private final AtomicLong unordered = new AtomicLong();

    private final Tables tables;

    Selection(Tables tables) {
        this.tables = tables;
    }

    Page page(Table table, EncodedQuery query, int offset, int limit, boolean count) {
        var ordered = ordered(table, query);
        if (ordered == null) {
            var matches = matches(table, query);
            matches.sort(query.comparator());
            var from = Math.min(offset, matches.size());
            var to = (int) Math.min((long) from + limit, matches.size());
            return new Page(List.copyOf(matches.subList(from, to)), count ? matches.size() : -1);
        }
        return walk(table, query.where(), ordered, offset, limit, count);
    }

    long count(Table table, Where where) {
        if (where instanceof Where.Everything && !tables.isExtended(table)) {
            return table.size();
        }
        var rows = all(table, where);
        var count = 0L;
        while (rows.hasNext()) {
            if (where.matches(rows.next())) {
                count++;
            }
        }
        return count;
    }

    /** Every row that matches, in no order that counts. */
    List<Row> matches(Table table, EncodedQuery query) {
        var matches = new ArrayList<Row>();
        all(table, query.where()).forEachRemaining(row -> {
            if (query.where().matches(row)) {
                matches.add(row);
            }
        });
        return matches;
    }

    private Page walk(Table table, Where where, Iterator<Row> rows, int offset, int limit, boolean count) {
        var page = new ArrayList<Row>(Math.min(limit, 10_000));
        var seen = 0L;
        while (rows.hasNext() && (count && !isWhole(where) || page.size() < limit)) {
            var row = rows.next();
            if (where.matches(row)) {
                if (seen >= offset && page.size() < limit) {
                    page.add(row);
                }
                seen++;
            }
        }
        if (!count) {
            return new Page(page, -1);
        }
        return new Page(page, isWhole(where) ? count(table, where) : seen);
    }

    private static boolean isWhole(Where where) {
        return where instanceof Where.Everything;
    }

    /** The candidates in the order asked for, or null when only a sort can give it. */
    private Iterator<Row> ordered(Table table, EncodedQuery query) {
        var where = query.where();
        if (tables.isExtended(table)) {
            return query.orders().isEmpty()
                    ? Collections.unmodifiableList(matches(table, query)).iterator()
                    : null;
        }
        if (query.orders().isEmpty()) {
            return drifting(table);
        }
        var first = query.orders().get(0);
        if (first.is("sys_id")) {
            return values(part(table.rows(), where.range("sys_id"), ""), first.descending());
        }
        var isUpdateOrder = first.is("sys_updated_on")
                && query.orders().size() <= 2
                && query.orders().stream()
                        .skip(1)
                        .allMatch(order -> order.is("sys_id") && order.descending() == first.descending());
        if (isUpdateOrder) {
            return values(
                    part(table.byUpdate(), where.range("sys_updated_on"), AFTER_EVERY_SYS_ID), first.descending());
        }
        return null;
    }

    private Iterator<Row> all(Table table, Where where) {
        if (tables.isExtended(table)) {
            return tables.family(table).stream()
                    .flatMap(member -> member.rows().values().stream())
                    .map(table::project)
                    .iterator();
        }
        return values(part(table.rows(), where.range("sys_id"), ""), false);
    }

    private static NavigableMap<String, Row> part(NavigableMap<String, Row> rows, KeyRange range, String afterHighest) {
        if (range.isEmpty()) {
            return Collections.emptyNavigableMap();
        }
        var tail = range.lowest() == null ? rows : rows.tailMap(range.lowest(), true);
        return range.highest() == null ? tail : tail.headMap(range.highest() + afterHighest, true);
    }

    private static Iterator<Row> values(NavigableMap<String, Row> rows, boolean descending) {
        return (descending ? rows.descendingMap() : rows).values().iterator();
    }

    /** Backwards from a place that moves a little with each request, and around the end. */
    private Iterator<Row> drifting(Table table) {
        var step = unordered.getAndIncrement();
        var pivot = "%02x".formatted((0xd7 - step * 3) & 0xff);
        var rows = table.rows().descendingMap();
        return new Chained(
                rows.tailMap(pivot, true).values().iterator(),
                rows.headMap(pivot, false).values().iterator());
    }

    private record Chained(Iterator<Row> first, Iterator<Row> second) implements Iterator<Row> {
        @Override
        public boolean hasNext() {
            return first.hasNext() || second.hasNext();
        }

        @Override
        public Row next() {
            return first.hasNext() ? first.next() : second.next();
        }
    }
}
