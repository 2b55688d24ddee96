package io.caravana.knowledge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps what tickets say in {@code caravana.search_document}. It follows {@code etl_updated_at} of the replica and not the change log, as
 * loads of given days log nothing (decision 37). Nothing is followed before the first search.
 */
@Component("searchIndex")
public class SearchIndex {

    private static final Logger LOG = LoggerFactory.getLogger(SearchIndex.class);

    /** The tables whose rows people call tickets, by their names in ServiceNow. */
    private static final Set<String> TICKETS =
            Set.of("incident", "incident_task", "change_request", "change_task", "sc_req_item", "sc_task", "problem");

    private static final String JOURNAL = "sys_journal_field";
    private static final int BATCH = 500;

    /** With what is added to it, PostgreSQL keeps 63 bytes. */
    private static final int LONGEST_NAME = 54;

    private static final String BEGIN = """
            INSERT INTO caravana.search_progress (table_name) SELECT unnest(CAST(? AS text[])) ON CONFLICT DO NOTHING""";

    private static final String FOLLOW = """
            SELECT position, until, last_key FROM caravana.search_progress WHERE table_name = ? FOR UPDATE SKIP LOCKED""";

    private static final String CHANGED = """
            SELECT t.sys_id, t.etl_updated_at AS version, CAST(to_jsonb(t) AS text) AS ticket FROM servicenow."%s" AS t
            LEFT JOIN caravana.search_document AS d ON d.table_name = :table AND d.sys_id = t.sys_id
            WHERE t.etl_updated_at >= CAST(:position AS timestamptz) AND t.sys_id > :after
              AND d.version IS DISTINCT FROM t.etl_updated_at
            ORDER BY t.sys_id LIMIT :most""";

    private static final String NOTED = """
            SELECT n.sys_id, n.element_id FROM servicenow."%s" AS n
            WHERE n.etl_updated_at >= CAST(:position AS timestamptz) AND n.sys_id > :after ORDER BY n.sys_id LIMIT :most""";

    private static final String OF_KEYS = """
            SELECT t.sys_id, t.etl_updated_at AS version, CAST(to_jsonb(t) AS text) AS ticket FROM servicenow."%s" AS t
            WHERE t.sys_id = ANY (?)""";

    private static final String NOTES = """
            SELECT element_id, string_agg(value, E'\\n' ORDER BY sys_created_on) AS notes FROM servicenow."%s"
            WHERE element_id = ANY (?) GROUP BY element_id""";

    private static final String STORE = """
            INSERT INTO caravana.search_document AS d
              (table_name, sys_id, version, updated_at, state, priority, company, assignment_group, words)
            SELECT :table, sys_id, CAST(version AS timestamptz), CAST(updated_at AS timestamptz), state, priority, company,
              assignment_group, CAST(words AS tsvector)
            FROM unnest(CAST(:keys AS text[]), CAST(:versions AS text[]), CAST(:updated AS text[]), CAST(:states AS text[]),
              CAST(:priorities AS text[]), CAST(:companies AS text[]), CAST(:groups AS text[]), CAST(:words AS text[]))
              AS t (sys_id, version, updated_at, state, priority, company, assignment_group, words)
            ON CONFLICT (table_name, sys_id) DO UPDATE SET version = EXCLUDED.version, updated_at = EXCLUDED.updated_at,
              state = EXCLUDED.state, priority = EXCLUDED.priority, company = EXCLUDED.company,
              assignment_group = EXCLUDED.assignment_group, words = EXCLUDED.words""";

    private static final String LEARN = """
            INSERT INTO caravana.search_word (word, stem, misspelt)
            SELECT word, stem, string_to_array(misspelt, ' ')
            FROM unnest(CAST(:words AS text[]), CAST(:stems AS text[]), CAST(:misspelt AS text[])) AS t (word, stem, misspelt)
            ON CONFLICT DO NOTHING""";

    private static final String DROP_GONE = """
            DELETE FROM caravana.search_document AS d WHERE table_name = ?
            AND NOT EXISTS (SELECT FROM servicenow."%s" AS t WHERE t.sys_id = d.sys_id)""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Catalog catalog;
    private final ObjectMapper json;

    SearchIndex(JdbcClient jdbc, TransactionTemplate transaction, Catalog catalog, ObjectMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.catalog = catalog;
        this.json = json;
    }

    private record Progress(OffsetDateTime position, OffsetDateTime until, String lastKey) {}

    private record Row(String sysId, String version, JsonNode ticket) {}

    /** The replica tables whose tickets can be found. */
    public List<String> tables() {
        return targets(TICKETS);
    }

    private List<String> targets(Set<String> sources) {
        return catalog.tables().stream()
                .filter(table -> sources.contains(table.source()))
                .map(Table::target)
                .toList();
    }

    private Optional<String> journal() {
        return targets(Set.of(JOURNAL)).stream().filter(this::exists).findFirst();
    }

    private boolean exists(String table) {
        return jdbc.sql("SELECT to_regclass(?) IS NOT NULL")
                .param("servicenow." + table)
                .query(Boolean.class)
                .single();
    }

    /** Begins to follow the tickets, if that has not begun. Returns whether every ticket that was stored by now can be found. */
    boolean begin() {
        var known = jdbc.sql("SELECT table_name, position > '-infinity' AS whole FROM caravana.search_progress")
                .query((row, number) -> Map.entry(row.getString(1), row.getBoolean(2)))
                .list();
        var wanted = new ArrayList<>(tables().stream().filter(this::exists).toList());
        journal().ifPresent(wanted::add);
        var whole = known.stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
        if (known.size() < wanted.size()) {
            jdbc.sql(BEGIN).param(wanted.toArray(String[]::new)).update();
        }
        return whole.containsAll(wanted);
    }

    /**
     * Takes up some of the tickets that have changed.
     *
     * @return whether there are more
     */
    public boolean follow() {
        var followed = jdbc.sql("SELECT table_name FROM caravana.search_progress ORDER BY table_name")
                .query(String.class)
                .list();
        var journal = journal();
        var isMore = false;
        for (var table : followed) {
            if (exists(table)) {
                indexChanges(table);
                isMore |= Boolean.TRUE.equals(transaction.execute(
                        status -> follow(table, journal.filter(table::equals).isPresent())));
            }
        }
        return isMore;
    }

    /** Small, and it lets updates of rows stay as cheap as they are. Not in a transaction: nobody who writes waits for it. */
    private void indexChanges(String table) {
        var name = table.substring(0, Math.min(table.length(), LONGEST_NAME)) + "_followed";
        if (!exists(name)) {
            jdbc.sql(
                            "CREATE INDEX CONCURRENTLY IF NOT EXISTS \"%s\" ON servicenow.\"%s\" USING brin (etl_updated_at) WITH (pages_per_range = 32)"
                                    .formatted(name, table))
                    .update();
        }
    }

    private boolean follow(String table, boolean isJournal) {
        var found = jdbc.sql(FOLLOW).param(table).query(Progress.class).optional();
        if (found.isEmpty()) {
            // another worker does it
            return false;
        }
        var progress = found.get();
        var until = progress.until() == null
                ? jdbc.sql("SELECT caravana.settled_at()")
                        .query(OffsetDateTime.class)
                        .single()
                : progress.until();
        var last = isJournal ? followNotes(table, progress) : followTickets(table, progress);
        jdbc.sql("""
                UPDATE caravana.search_progress SET position = CASE WHEN CAST(:more AS boolean) THEN position ELSE :until END,
                  until = CASE WHEN CAST(:more AS boolean) THEN :until END, last_key = :last WHERE table_name = :table""")
                .param("more", last.isPresent())
                .param("until", until)
                .param("last", last.orElse(""))
                .param("table", table)
                .update();
        if (last.isEmpty() && progress.until() != null) {
            LOG.info("The search has all tickets of {} now", table);
        }
        return last.isPresent();
    }

    /** Returns the last key of a batch after which there may be more. */
    private Optional<String> followTickets(String table, Progress progress) {
        var rows = batch(jdbc.sql(CHANGED.formatted(table)), progress)
                .param("table", table)
                .query((row, number) -> new Row(row.getString(1), row.getString(2), read(row.getString(3))))
                .list();
        store(table, rows);
        return rows.size() < BATCH
                ? Optional.empty()
                : Optional.of(rows.get(rows.size() - 1).sysId());
    }

    private Optional<String> followNotes(String journal, Progress progress) {
        var noted = batch(jdbc.sql(NOTED.formatted(journal)), progress)
                .query((row, number) -> Map.entry(row.getString(1), String.valueOf(row.getString(2))))
                .list();
        var keys = noted.stream().map(Map.Entry::getValue).distinct().toArray(String[]::new);
        for (var table : tables()) {
            if (keys.length > 0 && exists(table)) {
                store(
                        table,
                        jdbc.sql(OF_KEYS.formatted(table))
                                .param(keys)
                                .query((row, number) ->
                                        new Row(row.getString(1), row.getString(2), read(row.getString(3))))
                                .list());
            }
        }
        return noted.size() < BATCH
                ? Optional.empty()
                : Optional.of(noted.get(noted.size() - 1).getKey());
    }

    private static JdbcClient.StatementSpec batch(JdbcClient.StatementSpec query, Progress progress) {
        return query.param("position", progress.position())
                .param("after", progress.lastKey())
                .param("most", BATCH);
    }

    private JsonNode read(String ticket) {
        try {
            return json.readTree(ticket);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void store(String table, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        var notes = notes(rows);
        var vocabulary = new TreeMap<String, String>();
        var words = new ArrayList<String>();
        for (var row : rows) {
            var document = new Document(row.ticket(), notes.getOrDefault(row.sysId(), ""));
            vocabulary.putAll(document.vocabulary());
            words.add(document.words());
        }
        jdbc.sql(STORE)
                .param("table", table)
                .param("keys", array(rows, Row::sysId))
                .param("versions", array(rows, Row::version))
                .param("updated", array(rows, row -> text(row, "sys_updated_on")))
                .param("states", array(rows, row -> text(row, "state")))
                .param("priorities", array(rows, row -> text(row, "priority")))
                .param("companies", array(rows, row -> text(row, "company")))
                .param("groups", array(rows, row -> text(row, "assignment_group")))
                .param("words", words.toArray(String[]::new))
                .update();
        jdbc.sql(LEARN)
                .param("words", vocabulary.keySet().toArray(String[]::new))
                .param("stems", vocabulary.values().toArray(String[]::new))
                .param(
                        "misspelt",
                        vocabulary.keySet().stream()
                                .map(word -> String.join(" ", Words.misspelt(word)))
                                .toArray(String[]::new))
                .update();
    }

    private static String[] array(List<Row> rows, Function<Row, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    private static String text(Row row, String column) {
        return row.ticket().path(column).asText(null);
    }

    private Map<String, String> notes(List<Row> rows) {
        var notes = new HashMap<String, String>();
        journal()
                .ifPresent(journal -> jdbc.sql(NOTES.formatted(journal))
                        .param(array(rows, Row::sysId))
                        .query(row -> {
                            notes.put(row.getString("element_id"), row.getString("notes"));
                        }));
        return notes;
    }

    /** Forgets tickets that are no longer in the replica. They are not found before either: what is found is read from the replica. */
    public void dropGone() {
        var followed = new LinkedHashSet<>(jdbc.sql("SELECT table_name FROM caravana.search_progress")
                .query(String.class)
                .list());
        followed.retainAll(tables());
        followed.stream()
                .filter(this::exists)
                .forEach(table ->
                        jdbc.sql(DROP_GONE.formatted(table)).param(table).update());
    }

    /** Makes the whole index anew. Returns the number of tickets. */
    public long rebuild() {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("DELETE FROM caravana.search_progress").update();
            jdbc.sql("TRUNCATE caravana.search_document, caravana.search_word").update();
        });
        begin();
        while (follow()) {
            // batch by batch, each in a transaction of its own
        }
        return jdbc.sql("SELECT count(*) FROM caravana.search_document")
                .query(Long.class)
                .single();
    }
}
