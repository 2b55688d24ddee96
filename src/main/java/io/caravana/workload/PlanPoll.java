package io.caravana.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.replica.RowScopes;
import io.caravana.workload.Poll.KeysIgnored;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The steps of the route that reads the plan. */
@Component("planPoll")
public class PlanPoll {

    private static final Logger LOG = LoggerFactory.getLogger(PlanPoll.class);

    /** The timer fires a little early or late. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private static final String BEGIN =
            "SELECT workload.begin_poll(?, make_interval(secs => ?), make_interval(secs => ?))";
    private static final String OPEN = """
            SELECT id FROM workload.job WHERE engine = ? AND gone_at IS NULL AND state NOT IN ('done', 'canceled') LIMIT 5000""";

    private final WorkloadAccess access;
    private final WorkloadProperties properties;
    private final JdbcClient jdbc;
    private final RowScopes scopes;
    private final ObjectMapper json;
    private final Clock clock;
    private volatile boolean byKey = true;

    PlanPoll(
            WorkloadAccess access,
            WorkloadProperties properties,
            JdbcClient jdbc,
            RowScopes scopes,
            ObjectMapper json,
            Clock clock) {
        this.access = access;
        this.properties = properties;
        this.jdbc = jdbc;
        this.scopes = scopes;
        this.json = json;
        this.clock = clock;
    }

    /** Begins a read of the plan, if it is time and no other worker does; it stands in the property {@code poll}. */
    public void begin(Exchange exchange) {
        var every = access.every().minus(TOLERANCE);
        var what = jdbc.sql(BEGIN)
                .param(properties.name())
                .param(every.isNegative() ? 0.0 : every.toMillis() / 1_000.0)
                .param((double) properties.everyFull().toSeconds())
                .query((row, number) -> new String[] {row.getString(1)})
                .single()[0];
        exchange.setProperty(
                "poll",
                what == null ? null : new Poll(what.equals("full"), clock.instant(), properties.pageSize(), byKey));
    }

    /** Whether there is something to read; where no read has begun, there is nothing. */
    public boolean isToRead(@ExchangeProperty("poll") Poll poll) {
        if (poll == null) {
            return false;
        }
        if (poll.isToReadAgain()) {
            poll.readAgain(
                    jdbc.sql(OPEN).param(properties.name()).query(String.class).list());
        }
        return poll.hasMore();
    }

    public void ask(Exchange exchange, @ExchangeProperty("poll") Poll poll) {
        exchange.setProperty("request", poll.next(clock.instant()));
    }

    /** Takes an answer; leaves what the statement needs that stores it. */
    public Map<String, Object> take(Exchange exchange, @ExchangeProperty("poll") Poll poll)
            throws JsonProcessingException {
        try {
            poll.take(exchange.getMessage().getBody(JsonNode.class));
        } catch (KeysIgnored e) {
            stopPagingByKey();
            throw e;
        }
        var values = values(poll);
        values.put("kind", poll.kind().name());
        values.put("asked", poll.asked().toString());
        values.put("page", text(poll.page()));
        return values;
    }

    /** From the next read on pages go by their place in the list. */
    void stopPagingByKey() {
        byKey = false;
        LOG.warn(
                "The workload engine takes no condition on ids: its pages are read by their place in the list from now on");
    }

    /** A page that is refused although the engine works: the next read does without the condition. */
    public void refused(
            @ExchangeProperty("poll") Poll poll, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        if (cause instanceof WorkloadException refused && refused.status() == 400 && poll.isByKey()) {
            stopPagingByKey();
        }
        throw cause;
    }

    /** Whether the whole plan was read and can be compared with what is stored. */
    public boolean isWhole(@ExchangeProperty("poll") Poll poll) {
        return poll != null && poll.isFull() && poll.isOfOnePlan();
    }

    /** What the statements after a read need. */
    public Map<String, Object> end(@ExchangeProperty("poll") Poll poll) throws JsonProcessingException {
        var values = values(poll);
        values.put("moment", clock.instant().toString());
        values.put("version", poll.version());
        values.put("plan", poll.plan());
        values.put("jobs", text(poll.jobIds()));
        values.put("streams", text(poll.streamIds()));
        values.put("owners", text(owners()));
        values.put("columns", "{" + String.join(",", properties.ticketColumns()) + "}");
        return values;
    }

    /** The configured owners, with keys for names as they are now. */
    private List<Map<String, String>> owners() {
        return properties.owners().stream()
                .map(owner -> {
                    var scope = scopes.of(List.of(owner.company()), List.of(owner.group()));
                    return Map.of(
                            "stream", owner.stream(),
                            "company", key(owner.company(), scope.companies()),
                            "group", key(owner.group(), scope.groups()));
                })
                .toList();
    }

    /** A name stands beside its key; a key alone. */
    private static String key(String name, Set<String> keys) {
        return keys.stream().filter(key -> !key.equals(name)).findFirst().orElse(name);
    }

    private Map<String, Object> values(Poll poll) {
        var values = new HashMap<String, Object>();
        values.put("engine", properties.name());
        values.put("begun", poll.begun().toString());
        return values;
    }

    private String text(Object value) throws JsonProcessingException {
        return json.writeValueAsString(value);
    }
}
