package io.caravana.notification;

import io.caravana.error.Failures;
import io.caravana.notification.Message.Channel;
import io.caravana.notification.Notice.Event;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Tells people what they are to know. */
@Component("notifications")
public class Notifications {

    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);

    private final Channels channels;
    private final NotificationProperties properties;
    private final ProducerTemplate routes;
    private final Clock clock;

    Notifications(Channels channels, NotificationProperties properties, ProducerTemplate routes, Clock clock) {
        this.channels = channels;
        this.properties = properties;
        this.routes = routes;
        this.clock = clock;
    }

    /**
     * What came of sending a test by a channel.
     *
     * @param channel its name
     * @param problem why it was not sent and what to do; null: it was
     */
    public record Tested(String channel, String problem) {}

    /**
     * Sends what there is to tell, unless nobody is to be told. What cannot be sent is sent the
     * next time; nothing of it is the caller's matter.
     */
    public void tell() {
        if (!channels.isOn()) {
            return;
        }
        try {
            routes.sendBody("direct:tell-troubles", null);
        } catch (RuntimeException e) {
            LOG.warn("It could not be found out what there is to tell: {}", Failures.explain(e));
        }
    }

    /** Sends a test by each channel; nothing when none is configured. */
    public List<Tested> test() {
        return channels.configured().stream().map(this::test).toList();
    }

    private Tested test(Channel channel) {
        var now = OffsetDateTime.now(clock);
        var notice =
                new Notice(Event.TEST, properties.name(), null, null, null, null, null, null, now, 1, List.of(), null);
        var failure = routes.request(
                        "direct:send-message",
                        exchange -> exchange.getMessage().setBody(new Message(channel, List.of(), List.of(notice))))
                .getException();
        return new Tested(Channels.word(channel), failure == null ? null : channels.explain(channel, failure));
    }
}
