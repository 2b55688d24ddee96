package io.caravana.pipeline;

import io.caravana.catalog.Job.Reads;
import io.caravana.catalog.LiveProperties;
import io.caravana.error.Failures;
import io.caravana.execution.run.TableLoad;
import io.caravana.servicenow.Descriptors;
import io.caravana.servicenow.EncodedQuery;
import io.caravana.servicenow.FieldCheck;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.SourceTable;
import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import io.caravana.servicenow.TableRead;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The steps of the routes {@code describe-table} and {@code check-fields}: a table's columns and their types from {@code sys_db_object} (a table
 * inherits the columns of the tables above it) and {@code sys_dictionary}. An account that may not read those gets the
 * descriptor of the table as ServiceNow ships it. What either lacks, the rows tell.
 */
@Component("dictionary")
final class Dictionary {

    private static final Logger LOG = LoggerFactory.getLogger(Dictionary.class);
    /** The exchange property that names the table to describe. */
    private static final String TABLE = "described";

    /** The exchange property that tells what people call that table. */
    private static final String LABEL = "tableLabel";

    private static final int PAGE = 5_000;
    private static final int GENERATIONS = 8;
    /** What a row shows is looked up anew only where it was not just looked up. */
    private static final Duration JUST = Duration.ofMinutes(1);

    private static final String DESCRIPTION = "description";

    private final Descriptors descriptors;
    private final LiveProperties live;
    private final Clock clock;
    private final Map<String, Described> described = new ConcurrentHashMap<>();

    private record Described(SourceTable source, Instant at) {}

    Dictionary(Descriptors descriptors, LiveProperties live, Clock clock) {
        this.descriptors = descriptors;
        this.live = live;
        this.clock = clock;
    }

    /** What a table that is read for changes was found to have not long ago; null when it has to be looked up. */
    public SourceTable recall(@ExchangeProperty("load") TableLoad load) {
        var known = load.reads() == Reads.CHANGES ? described.get(load.table().target()) : null;
        if (known == null || !clock.instant().isBefore(known.at.plus(live.describeEvery()))) {
            return null;
        }
        note(load, known.source);
        return known.source;
    }

    /**
     * Keeps what was looked up and checked.
     *
     * @throws ServiceNowException.Permanent if the load has a period, and the window column is nothing that could lie in it
     */
    public void remember(
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("source") SourceTable source,
            @ExchangeProperty("fields") FieldCheck fields) {
        if (load.hasWindow()) {
            load.windowUnit(fields.windowUnit());
        }
        described.put(load.table().target(), new Described(source, clock.instant()));
    }

    /** A cursor over a table's own entry, with the names of the tables above it. */
    public PageCursor lineage(@ExchangeProperty(TABLE) String table) {
        var query = EncodedQuery.ALL.and("name", "=", table);
        return new PageCursor("sys_db_object", query, lineageFields(), false, 1);
    }

    private static List<String> lineageFields() {
        var fields = new ArrayList<>(ancestors());
        fields.add("label");
        return fields;
    }

    private static List<String> ancestors() {
        return IntStream.range(0, GENERATIONS)
                .mapToObj(generation -> "super_class.".repeat(generation) + "name")
                .toList();
    }

    /** A cursor over the columns of the table and of those above it. */
    public PageCursor columns(
            Exchange exchange, @ExchangeProperty(TABLE) String table, @Body List<Map<String, String>> lineage) {
        var names = new LinkedHashSet<>(List.of(table));
        exchange.setProperty(LABEL, lineage.isEmpty() ? "" : lineage.get(0).getOrDefault("label", ""));
        lineage.forEach(entry -> ancestors().stream()
                .map(field -> entry.getOrDefault(field, ""))
                .filter(name -> !name.isEmpty())
                .forEach(names::add));
        var query = EncodedQuery.ALL
                .and("name", "IN", String.join(",", names))
                .and("elementISNOTEMPTY")
                .and("active!=false");
        var fields = List.of("name", "element", "internal_type", "reference", "column_label", "choice");
        return new PageCursor("sys_dictionary", query, fields, false, PAGE);
    }

    /**
     * The table as the dictionary has it; as its descriptor has it, where the dictionary shows nothing. Without an entry for
     * {@code sys_id} it is only a part.
     */
    public SourceTable describe(
            @ExchangeProperty(TABLE) String table,
            @ExchangeProperty(LABEL) String label,
            @Body List<Map<String, String>> entries) {
        var columns = new LinkedHashMap<String, SourceColumn>();
        for (var entry : entries) {
            var column = new SourceColumn(
                    entry.get("element"),
                    entry.getOrDefault("internal_type", ""),
                    entry.getOrDefault("reference", ""),
                    entry.getOrDefault("column_label", ""),
                    entry.getOrDefault("name", table),
                    !entry.getOrDefault("choice", "0").matches("0?"),
                    Origin.DICTIONARY);
            columns.merge(column.name(), column, (first, second) -> own(table, entry, first, second));
        }
        var descriptor = descriptors.find(table);
        if (columns.isEmpty()) {
            return descriptor;
        }
        var secrets = new HashSet<>(descriptor.secrets());
        columns.values().removeIf(column -> {
            if (Descriptors.SECRET.contains(column.type())) {
                secrets.add(column.name());
            }
            return secrets.contains(column.name()) || column.type().equals("collection");
        });
        columns.putIfAbsent("sys_id", SourceColumn.ofRows("sys_id", table));
        return new SourceTable(
                table, label == null ? "" : label, new ArrayList<>(columns.values()), descriptor.columns(), secrets);
    }

    /** A table may override an inherited column; its own entry holds. */
    private static SourceColumn own(String table, Map<String, String> entry, SourceColumn first, SourceColumn second) {
        return table.equals(entry.get("name")) ? second : first;
    }

    /** No entries, where the account may not read them. */
    public List<Map<String, String>> unreadable(
            @ExchangeProperty(TABLE) String table,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) ServiceNowException.Permanent cause) {
        if (cause.isSignInRefused()) {
            throw cause;
        }
        LOG.warn("The dictionary of {} cannot be read: {}", table, Failures.explain(cause));
        return List.of();
    }

    /**
     * Begins to check the fields that the table's configuration names.
     *
     * @throws ServiceNowException.Permanent if one is not there
     */
    public FieldCheck check(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("source") SourceTable source) {
        source.incomplete().ifPresent(why -> LOG.warn("{}: {}", load.table().target(), why));
        note(load, source);
        return new FieldCheck(load.table(), source);
    }

    private static void note(TableLoad load, SourceTable source) {
        if (load.table().fields().isEmpty()) {
            source.incomplete().ifPresent(why -> load.note(DESCRIPTION, why));
        }
        source.journals().ifPresent(which -> load.note("journals", which));
    }

    /**
     * Learns from a page what the dictionary does not tell: fields that rows have and it has not, and fields that it has and
     * no row shows.
     *
     * @return the table with the fields of the rows
     * @throws ServiceNowException.Permanent if the rows cannot be told from each other
     * @throws ServiceNowException.Retryable if the columns are to be looked up anew
     */
    public SourceTable learn(
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("source") SourceTable source,
            @ExchangeProperty("read") TableRead read,
            @ExchangeProperty("page") Page page) {
        if (page.unreadable() != null) {
            return source;
        }
        var isFirst = read.hasNoKey();
        source.requireKey(page, isFirst);
        if (isFirst && load.reads() == Reads.PERIOD) {
            source.omitted(page, load.table()).ifPresent(which -> {
                load.note("omitted", which);
                LOG.info("{}: {}", load.table().target(), which);
            });
        }
        var learned = load.table().fields().isEmpty() ? source.with(page) : source;
        if (learned != source) {
            lookUpAnew(load, source);
            LOG.warn("{}: {}", load.table().target(), learned.incomplete().orElseThrow());
            note(load, learned);
            described.put(load.table().target(), new Described(learned, clock.instant()));
        }
        return learned;
    }

    /**
     * Makes sure that a page of keys has some.
     *
     * @throws ServiceNowException.Permanent if the rows cannot be told from each other
     */
    public void requireKeys(
            @ExchangeProperty("source") SourceTable source,
            @ExchangeProperty("read") TableRead read,
            @ExchangeProperty("page") Page page) {
        source.requireKey(page, read.hasNoKey());
    }

    /** A column that is new in the source has its type in the dictionary. */
    private void lookUpAnew(TableLoad load, SourceTable source) {
        var known = described.get(load.table().target());
        if (known != null && known.source == source && clock.instant().isAfter(known.at.plus(JUST))) {
            described.remove(load.table().target());
            throw new ServiceNowException.Retryable(
                    "table %s has columns that it did not have; they are looked up".formatted(source.name()),
                    ServiceNowException.Remedy.TIME,
                    null,
                    null);
        }
    }

    /** Goes on with the table that a dot-walk leads to. */
    public void follow(@ExchangeProperty("fields") FieldCheck fields, @Body SourceTable described) {
        fields.describe(described);
    }

    /** A cursor over a few rows that show which of the doubtful fields are there. */
    public PageCursor probe(@ExchangeProperty("fields") FieldCheck fields) {
        return fields.probe();
    }

    /** Looks whether the rows have the doubtful fields. */
    public void probed(@ExchangeProperty("fields") FieldCheck fields, @Body Page page) {
        fields.probed(page);
    }
}
