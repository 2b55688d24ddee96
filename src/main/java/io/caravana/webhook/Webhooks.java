package io.caravana.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.change.ChangeEvent;
import io.caravana.change.ConsumerGroups;
import io.caravana.error.Failures;
import io.caravana.replica.RowScope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Programs that are told of change events. Requests are signed as Standard Webhooks has it: the header {@code webhook-signature} has the
 * HMAC-SHA256 of id, timestamp and body, one for each secret that is valid.
 */
@Component("webhooks")
public class Webhooks {

    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final String PREFIX = "whsec_";

    private static final String SELECT = """
            SELECT w.id, w.url, g.events, NULL AS secret, w.created_by, w.created_at, w.failing_since, w.failure, w.disabled_at
            FROM caravana.webhook AS w JOIN caravana.consumer_group AS g ON g.name = '%s' || w.id""".formatted(Webhook.GROUP);

    private static final String ROTATE = """
            UPDATE caravana.webhook SET secret_version = secret_version + 1,
              rotates_until = clock_timestamp() + make_interval(secs => ?) WHERE id = ? RETURNING secret_version""";

    private static final String RECEIVER = """
            SELECT url, secret_version, coalesce(rotates_until > clock_timestamp(), false) AS rotates,
              caravana.in_scope(CAST(:company AS text), CAST(:group AS text), companies, groups) AS may_see
            FROM caravana.webhook WHERE id = :id""";

    private static final String FAILED = """
            UPDATE caravana.webhook SET failure = :failure, failing_since = coalesce(failing_since, clock_timestamp()),
              disabled_at = CASE WHEN failing_since < clock_timestamp() - make_interval(secs => :patience) THEN clock_timestamp() END
            WHERE id = :id RETURNING disabled_at IS NOT NULL""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final ConsumerGroups groups;
    private final WebhookProperties properties;
    private final ObjectMapper json;
    private final Clock clock;

    Webhooks(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            ConsumerGroups groups,
            WebhookProperties properties,
            ObjectMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.groups = groups;
        this.properties = properties;
        this.json = json;
        this.clock = clock;
    }

    private record Receiver(String url, int secretVersion, boolean rotates, boolean maySee) {}

    /** Whether webhooks can be registered, and are told of events. */
    public boolean isOn() {
        return properties.isOn();
    }

    public List<Webhook> list() {
        return jdbc.sql(SELECT + " ORDER BY w.created_at, w.id")
                .query((row, number) -> new Webhook(
                        row.getString("id"),
                        row.getString("url"),
                        List.of((String[]) row.getArray("events").getArray()),
                        null,
                        row.getString("created_by"),
                        row.getObject("created_at", OffsetDateTime.class),
                        row.getObject("failing_since", OffsetDateTime.class),
                        row.getString("failure"),
                        row.getObject("disabled_at", OffsetDateTime.class)))
                .list();
    }

    public Optional<Webhook> find(String id) {
        return list().stream().filter(webhook -> webhook.id().equals(id)).findFirst();
    }

    /**
     * Registers a program for the events from now on.
     *
     * @param scope what whoever registers it may see
     * @return the webhook with its secret
     * @throws IllegalArgumentException if webhooks are off or the address is none that may be used
     */
    public Webhook register(String url, Collection<String> events, RowScope scope, String by) {
        if (!isOn()) {
            throw new IllegalArgumentException(
                    "webhooks are off: set CARAVANA_WEBHOOKS_MASTERSECRET to a secret of at least 32 characters");
        }
        checkAddress(url);
        var id = UUID.randomUUID().toString();
        transaction.executeWithoutResult(status -> {
            groups.join(Webhook.GROUP + id, events);
            jdbc.sql("INSERT INTO caravana.webhook (id, url, companies, groups, created_by) VALUES (?, ?, ?, ?, ?)")
                    .params(id, url, array(scope.companies()), array(scope.groups()), by)
                    .update();
        });
        return find(id).orElseThrow().with(secret(id, 1));
    }

    private static String[] array(Collection<String> keys) {
        return keys == null ? null : keys.toArray(String[]::new);
    }

    private void checkAddress(String url) {
        URI address;
        try {
            address = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("url is no address: it takes one such as https://example.com/hook", e);
        }
        var isWeb = "https".equalsIgnoreCase(address.getScheme())
                || properties.plainHttp() && "http".equalsIgnoreCase(address.getScheme());
        if (!isWeb || address.getHost() == null || address.getUserInfo() != null || address.getFragment() != null) {
            throw new IllegalArgumentException(
                    "url takes an address that begins with %s, and has no user and no fragment in it"
                            .formatted(properties.plainHttp() ? "http:// or https://" : "https://"));
        }
    }

    /** Forgets a webhook with everything that it has not been told. Returns false if there is none with that id. */
    public boolean remove(String id) {
        groups.leave(Webhook.GROUP + id);
        return jdbc.sql("DELETE FROM caravana.webhook WHERE id = ?").param(id).update() > 0;
    }

    /** Gives a webhook another secret; for a while requests are signed with the one before, too. Empty if there is none with that id. */
    public Optional<Webhook> rotate(String id) {
        return jdbc.sql(ROTATE)
                .params(properties.rotation().toSeconds(), id)
                .query(Integer.class)
                .optional()
                .flatMap(version -> find(id).map(webhook -> webhook.with(secret(id, version))));
    }

    /** Lets a webhook that was disabled be told again, of all that has happened since. Empty if there is none with that id. */
    public Optional<Webhook> enable(String id) {
        jdbc.sql("UPDATE caravana.webhook SET disabled_at = NULL, failing_since = NULL, failure = NULL WHERE id = ?")
                .param(id)
                .update();
        groups.pause(Webhook.GROUP + id, false);
        return find(id);
    }

    /** Makes the request of an event; the body becomes null for an event that the receiver may not see. */
    public void write(Exchange exchange, @Body ChangeEvent event, @Header("group") String group)
            throws JsonProcessingException {
        var id = group.substring(Webhook.GROUP.length());
        var receiver = jdbc.sql(RECEIVER)
                .param("company", event.company())
                .param("group", event.assignmentGroup())
                .param("id", id)
                .query(Receiver.class)
                .optional();
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setBody(null);
        if (receiver.isPresent() && receiver.get().maySee()) {
            exchange.setProperty("webhook", id);
            var body = json.writeValueAsString(event);
            var moment = String.valueOf(clock.instant().getEpochSecond());
            message.setBody(body);
            message.setHeader(Exchange.HTTP_URI, receiver.get().url());
            message.setHeader(Exchange.HTTP_METHOD, "POST");
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
            message.setHeader("webhook-id", event.id().toString());
            message.setHeader("webhook-timestamp", moment);
            message.setHeader(
                    "webhook-signature", signatures(id, receiver.get(), event.id() + "." + moment + "." + body));
        }
    }

    private String signatures(String id, Receiver receiver, String signed) {
        var signature = signature(secret(id, receiver.secretVersion()), signed);
        return receiver.rotates()
                ? signature + " " + signature(secret(id, receiver.secretVersion() - 1), signed)
                : signature;
    }

    private static String signature(String secret, String signed) {
        var key = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
        return "v1," + Base64.getEncoder().encodeToString(hmac(key, signed));
    }

    private String secret(String id, int version) {
        var master = properties.masterSecret().getBytes(StandardCharsets.UTF_8);
        return PREFIX + Base64.getEncoder().encodeToString(hmac(master, id + "." + version));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HmacSHA256", e);
        }
    }

    /** Notes that the receiver took the event. */
    public void taken(@ExchangeProperty("webhook") String id) {
        jdbc.sql(
                        "UPDATE caravana.webhook SET failing_since = NULL, failure = NULL WHERE id = ? AND failing_since IS NOT NULL")
                .param(id)
                .update();
    }

    /** Notes why the receiver did not take the event, and disables it after a long time; the group delivers the event again. */
    public void failed(
            @ExchangeProperty("webhook") String id, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
        var reason = reason(failure);
        var isDisabled = jdbc.sql(FAILED)
                .params(Map.of(
                        "failure", reason, "patience", properties.disableAfter().toSeconds(), "id", id))
                .query(Boolean.class)
                .optional()
                .orElse(false);
        if (isDisabled) {
            groups.pause(Webhook.GROUP + id, true);
            LOG.error(
                    "Webhook {} is disabled, as every request has failed for {}, the last: {}. POST /api/webhooks/{}/enable lets it go on",
                    id,
                    properties.disableAfter(),
                    reason,
                    id);
        }
        throw new WebhookException(reason);
    }

    private static String reason(Exception failure) {
        return failure instanceof HttpOperationFailedException answer
                ? "the receiver answered %d".formatted(answer.getStatusCode())
                : "the receiver could not be reached: " + Failures.explain(failure);
    }
}
