package io.caravana.simulator;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The tables together with what every interface to them needs: the clock, the account and the query language. */
final class Instance {
    private final Tables tables;
    private final Clock clock;
    private final String username;
    private final Selection selection;

    Instance(Tables tables, Clock clock, String username) {
        this.tables = tables;
        this.clock = clock;
        this.username = username;
        this.selection = new Selection(tables);
    }

    Tables tables() {
        return tables;
    }

    Clock clock() {
        return clock;
    }

    String username() {
        return username;
    }

    Selection selection() {
        return selection;
    }

    Account account() {
        return Account.of(tables.get("sys_user").get(SysIds.of("sys_user", username)));
    }

    DisplayValues displayValues() {
        return new DisplayValues(tables, account());
    }

    EncodedQuery query(Table table, String query) {
        return QueryParser.parse(tables, table, new Scripts(clock, account()), query);
    }

    Where where(Table table, String query) {
        return query(table, query).where();
    }

    /** The query of a request: its encoded query, or else its pairs of field and value. */
    EncodedQuery query(Call call, Table table) {
        var encoded = call.parameter("sysparm_query");
        return encoded.isEmpty() ? new EncodedQuery(pairs(call, table), List.of()) : query(table, encoded);
    }

    private Where pairs(Call call, Table table) {
        var conditions = new ArrayList<Where>();
        call.parameters().forEach((name, value) -> {
            if (!name.startsWith("sysparm_")) {
                Path.of(tables, table, name).ifPresent(path -> conditions.add(pair(path, value)));
            }
        });
        return Where.all(conditions);
    }

    /** A pair takes what people see as well as the raw value. */
    private Where pair(Path path, String value) {
        var raw = Operator.EQUAL.test(path, List.of(value));
        var display = displayValues();
        var shown = new Where.Shown(path, display, value);
        return raw instanceof Where.Test test && test.range() != KeyRange.ALL ? raw : Where.any(List.of(raw, shown));
    }
}
