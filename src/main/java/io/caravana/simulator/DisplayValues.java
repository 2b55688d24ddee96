package io.caravana.simulator;

import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a person sees in place of a raw value: labels, names, local times, words. Made for one answer. */
final class DisplayValues {
    private final Tables tables;
    private final Account account;
    private final Map<Column, Map<String, String>> labels = new IdentityHashMap<>();
    private Map<String, Map<String, String>> choices;

    DisplayValues(Tables tables, Account account) {
        this.tables = tables;
        this.account = account;
    }

    /** The display value of a cell; null for a choice that is empty. */
    String of(Row row, Column column) {
        var value = row.get(column.position());
        var labels = labels(row.table(), column);
        if (!labels.isEmpty()) {
            return value.isEmpty() ? null : labels.getOrDefault(value, value);
        }
        if (value.isEmpty()) {
            return column.type() == ColumnType.DUE_DATE ? "UNKNOWN" : "";
        }
        return switch (column.type()) {
            case REFERENCE -> referenced(column, value);
            case LIST -> Arrays.stream(value.split(",")).map(this::member).collect(Collectors.joining(", "));
            case DATE_TIME, DUE_DATE -> Stamps.parse(value).map(this::local).orElse(value);
            case DATE -> Stamps.parse(value).map(account.date()::format).orElse(value);
            case DURATION -> Stamps.seconds(value).map(Durations::words).orElse(value);
            case INTEGER, DECIMAL -> grouped(value, "#,##0.##");
            case CURRENCY -> "$" + grouped(value, "#,##0.00");
            case PASSWORD -> "********";
            case BOOLEAN -> value;
            case TEXT -> text(column, value);
        };
    }

    /** The labels of a choice column by raw value; empty for any other column. */
    Map<String, String> labels(Table table, Column column) {
        return labels.computeIfAbsent(column, key -> inherited(table, column));
    }

    private Map<String, String> inherited(Table table, Column column) {
        if (column.type() != ColumnType.TEXT && column.type() != ColumnType.INTEGER) {
            return Map.of();
        }
        for (var owner = table; owner != null; owner = tables.get(owner.superClass())) {
            var found = choices().get(owner.name() + "." + column.name());
            if (found != null) {
                return found;
            }
        }
        return Map.of();
    }

    private Map<String, Map<String, String>> choices() {
        if (choices == null) {
            choices = new HashMap<>();
            for (var choice : tables.get("sys_choice").rows().values()) {
                if (choice.get("language").equals("en")) {
                    choices.computeIfAbsent(choice.get("name") + "." + choice.get("element"), key -> new HashMap<>())
                            .put(choice.get("value"), choice.get("label"));
                }
            }
        }
        return choices;
    }

    private String referenced(Column column, String value) {
        if (column.internalType().equals("domain_id")) {
            return value;
        }
        var target = tables.follow(column, value);
        return target == null ? "" : Tables.display(target);
    }

    /** Lists do not say what they list; nearly all list people. */
    private String member(String value) {
        var user = tables.find("sys_user", value);
        var found = user == null ? tables.find("sys_user_group", value) : user;
        return found == null ? value : Tables.display(found);
    }

    private String text(Column column, String value) {
        var isTableName = column.internalType().equals("sys_class_name");
        var table = isTableName ? tables.get(value) : null;
        return table == null ? value : table.label();
    }

    private String local(LocalDateTime utc) {
        return utc.atOffset(ZoneOffset.UTC).atZoneSameInstant(account.zone()).format(account.dateTime());
    }

    private static String grouped(String value, String pattern) {
        try {
            return new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT))
                    .format(new BigDecimal(value));
        } catch (NumberFormatException notANumber) {
            return value;
        }
    }
}
