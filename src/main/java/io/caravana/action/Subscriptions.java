package io.caravana.action;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import io.caravana.change.ChangeEvent;
import io.caravana.change.ChangeEvent.Id;
import io.caravana.change.ChangeLog;
import io.caravana.change.ConsumerGroups;
import io.caravana.replica.RowScope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Which codes run on which change events. */
@Component("actionSubscriptions")
public class Subscriptions {

    private static final int MOST_REPLAYED = 1_000;

    private static final String SELECT =
            "SELECT id, code, events, tables, condition, companies, groups, created_by, created_at FROM caravana.action_subscription";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final ConsumerGroups groups;
    private final ChangeLog changes;
    private final Runs runs;
    private final Codes codes;
    private final Catalog catalog;
    private final ObjectMapper json;

    Subscriptions(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            ConsumerGroups groups,
            ChangeLog changes,
            Runs runs,
            Codes codes,
            Catalog catalog,
            ObjectMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.groups = groups;
        this.changes = changes;
        this.runs = runs;
        this.codes = codes;
        this.catalog = catalog;
        this.json = json;
    }

    private record Scoped(Subscription subscription, RowScope scope) {}

    /**
     * Has a code run on the events from now on.
     *
     * @param scope what whoever subscribes may see
     */
    public Subscription add(
            UUID code, List<String> events, List<String> tables, JsonNode condition, RowScope scope, String by) {
        var id = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            groups.join(Subscription.GROUP + id, events);
            jdbc.sql("""
                            INSERT INTO caravana.action_subscription (id, code, events, tables, condition, companies, groups, created_by)
                            VALUES (?, ?, ?, ?, CAST(? AS jsonb), ?, ?, ?)""")
                    .params(
                            id,
                            code,
                            events.toArray(String[]::new),
                            tables.toArray(String[]::new),
                            condition.toString(),
                            array(scope.companies()),
                            array(scope.groups()),
                            by)
                    .update();
        });
        return find(id).orElseThrow().subscription();
    }

    private static String[] array(Collection<String> keys) {
        return keys == null ? null : keys.toArray(String[]::new);
    }

    public List<Subscription> list(UUID code) {
        return jdbc
                .sql(SELECT + " WHERE code = ? ORDER BY created_at, id")
                .param(code)
                .query(this::read)
                .list()
                .stream()
                .map(Scoped::subscription)
                .toList();
    }

    private Optional<Scoped> find(UUID id) {
        return jdbc.sql(SELECT + " WHERE id = ?").param(id).query(this::read).optional();
    }

    private Scoped read(ResultSet row, int number) throws SQLException {
        return new Scoped(
                new Subscription(
                        row.getObject("id", UUID.class),
                        row.getObject("code", UUID.class),
                        List.of((String[]) row.getArray("events").getArray()),
                        List.of((String[]) row.getArray("tables").getArray()),
                        tree(row.getString("condition")),
                        row.getString("created_by"),
                        row.getObject("created_at", OffsetDateTime.class)),
                new RowScope(set(row, "companies"), set(row, "groups")));
    }

    private static Set<String> set(ResultSet row, String column) throws SQLException {
        var array = row.getArray(column);
        return array == null ? null : Set.of((String[]) array.getArray());
    }

    /** Returns false if the code has no such subscription. */
    public boolean remove(UUID code, UUID id) {
        var removed = jdbc.sql("DELETE FROM caravana.action_subscription WHERE id = ? AND code = ?")
                        .params(id, code)
                        .update()
                > 0;
        if (removed) {
            groups.leave(Subscription.GROUP + id);
        }
        return removed;
    }

    /** Takes an event of a subscription's group: notes a run that waits, once, however often the event comes. */
    public void take(@Body ChangeEvent event, @Header("group") String group) {
        var id = UUID.fromString(group.substring(Subscription.GROUP.length()));
        var found = find(id);
        if (found.isEmpty()) {
            // its code has been deleted
            groups.leave(group);
            return;
        }
        found.filter(one -> one.subscription().fits(event) && Subscription.sees(one.scope(), event))
                .ifPresent(one -> queue(one.subscription(), event, "event", null));
    }

    private void queue(Subscription subscription, ChangeEvent event, String cause, String by) {
        codes.find(subscription.codeId())
                .ifPresent(code -> runs.queue(code, subscription.id(), event, record(event), cause, by));
    }

    /** The row as it is now; null where it has gone. */
    JsonNode record(ChangeEvent event) {
        var isKnown = catalog.tables().stream().map(Table::target).anyMatch(event.table()::equals);
        var exists = isKnown
                && jdbc.sql("SELECT to_regclass(?) IS NOT NULL")
                        .param("servicenow." + event.table())
                        .query(Boolean.class)
                        .single();
        return exists
                ? jdbc.sql("SELECT CAST(to_jsonb(r) AS text) FROM servicenow.%s AS r WHERE sys_id = ?"
                                .formatted(event.table()))
                        .param(event.sysId())
                        .query((row, number) -> tree(row.getString(1)))
                        .optional()
                        .orElse(null)
                : null;
    }

    private JsonNode tree(String text) throws SQLException {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SQLException("PostgreSQL returned JSON that cannot be read", e);
        }
    }

    /** A past event; empty where the change log does not have it, or not any more. */
    public Optional<ChangeEvent> event(Id id) {
        return changes.after(new Id(id.transaction(), id.number() - 1), 1).stream()
                .filter(event -> event.id().equals(id))
                .findFirst();
    }

    /**
     * Runs a code again on past events, for each of its subscriptions that they fit, with the same idempotency keys.
     *
     * @param from the first of them
     * @param to the last of them
     * @param scope what whoever asks may see
     * @return how many runs wait now
     */
    public int replay(UUID code, Id from, Id to, RowScope scope, String by) {
        var subscriptions = list(code);
        int queued = 0;
        for (var event : changes.after(new Id(from.transaction(), from.number() - 1), MOST_REPLAYED)) {
            if (event.id().compareTo(to) > 0) {
                break;
            }
            for (var subscription : subscriptions) {
                if (matches(subscription, event) && subscription.fits(event) && Subscription.sees(scope, event)) {
                    queue(subscription, event, "replay", by);
                    queued++;
                }
            }
        }
        return queued;
    }

    private static boolean matches(Subscription subscription, ChangeEvent event) {
        return subscription.events().stream()
                .anyMatch(type -> type.equals("*")
                        || event.types().stream()
                                .anyMatch(one -> one.matches(
                                        java.util.regex.Pattern.quote(type).replace("*", "\\E.*\\Q"))));
    }
}
