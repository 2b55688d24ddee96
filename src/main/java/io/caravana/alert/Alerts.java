package io.caravana.alert;

import io.caravana.alert.AlertProperties.Late;
import io.caravana.alert.Message.Channel;
import io.caravana.catalog.Catalog;
import io.caravana.error.Failures;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tells people what they should know. What an alert is, and when one is told again, {@code R__alerts.sql} says. */
@Component("alerts")
public class Alerts {

    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);

    private final JdbcClient jdbc;
    private final Channels channels;
    private final AlertProperties properties;
    private final ProducerTemplate routes;
    private final Clock clock;

    Alerts(
            JdbcClient jdbc,
            Channels channels,
            AlertProperties properties,
            Catalog catalog,
            ProducerTemplate routes,
            Clock clock) {
        this.jdbc = jdbc;
        this.channels = channels;
        this.properties = properties;
        this.routes = routes;
        this.clock = clock;
        properties.late().stream()
                .map(Late::job)
                .filter(job -> catalog.job(job).isEmpty())
                .findFirst()
                .ifPresent(job -> {
                    throw new InvalidConfigurationPropertyValueException(
                            "caravana.notifications.late.job",
                            job,
                            "It takes one of the jobs " + String.join(", ", catalog.jobNames()) + ".");
                });
    }

    /**
     * What came of sending a test by a channel.
     *
     * @param channel its name
     * @param problem why it was not sent and what to do; null: it was
     */
    public record Tested(String channel, String problem) {}

    /** Sends what is due, unless nobody is to be told. What cannot be sent is sent the next time; the caller need not care. */
    public void tell() {
        if (!channels.isOn()) {
            return;
        }
        try {
            routes.sendBody("direct:send-alerts", null);
        } catch (RuntimeException e) {
            LOG.warn("Caravana could not find out whether there are alerts to send: {}", Failures.explain(e));
        }
    }

    /** Raises alerts for the executions that have ended since the last look, and for the jobs that are late. */
    public void raise() {
        jdbc.sql("SELECT FROM caravana.raise_alerts_of_ended(:channels, CAST(:again AS interval), :interrupted)")
                .param("channels", channels.names())
                .param("again", properties.repeatAfter().toString())
                .param("interrupted", properties.interrupted())
                .query()
                .listOfRows();
        properties
                .late()
                .forEach(late -> jdbc.sql("""
                SELECT FROM caravana.raise_alerts_of_late(:channels, CAST(:again AS interval), :job,
                  CAST(:success AS interval), CAST(:running AS interval))""")
                        .param("channels", channels.names())
                        .param("again", properties.repeatAfter().toString())
                        .param("job", late.job())
                        .param("success", late.noSuccessFor().toString())
                        .param("running", late.runningFor().toString())
                        .query()
                        .listOfRows());
    }

    /** Sends a test by each channel; nothing when none is configured. */
    public List<Tested> test() {
        return channels.configured().stream().map(this::test).toList();
    }

    private Tested test(Channel channel) {
        var notice = Notice.of("test", OffsetDateTime.now(clock), null).by(properties);
        var failure = routes.request(
                        "direct:send-message",
                        exchange -> exchange.getMessage().setBody(new Message(channel, List.of(), List.of(notice))))
                .getException();
        return new Tested(channel.word(), failure == null ? null : channels.explain(channel, failure));
    }
}
