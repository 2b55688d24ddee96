package io.caravana.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.alert.Message.Channel;
import io.caravana.catalog.Catalog;
import java.time.Clock;
import java.time.LocalTime;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The notices that are to be sent, a row for each channel in {@code caravana.notice}. The limit of messages is kept here
 * and not by a throttle: it must hold for all workers together and over a restart, and what exceeds it is told later in one
 * message.
 */
@Component("outbox")
public class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    /**
     * A channel that has sent as many messages as it may in an hour or a minute waits, and then tells in one message what has come
     * together. A channel that has just failed waits with everything. What could not be sent for a day is given up.
     */
    private static final String DUE = """
            WITH waiting AS (
              SELECT id, channel, content, bool_and(try_at <= clock_timestamp()) OVER of_channel AS is_due,
                (SELECT least(:perHour - count(DISTINCT message),
                    :perMinute - count(DISTINCT message) FILTER (WHERE sent_at > clock_timestamp() - interval '1 minute'))
                  FROM caravana.notice AS sent
                  WHERE sent.channel = notice.channel AND sent_at > clock_timestamp() - interval '1 hour') AS room,
                count(*) OVER of_channel AS number
              FROM caravana.notice
              WHERE channel = ANY (:channels) AND sent_at IS NULL AND noted_at > clock_timestamp() - interval '1 day'
                AND NOT (:quiet AND content ->> 'event' = 'ticket')
              WINDOW of_channel AS (PARTITION BY channel))
            SELECT channel, array_agg(id ORDER BY id) AS ids, json_agg(content ORDER BY id) AS notices
            FROM waiting WHERE is_due AND room > 0
            GROUP BY channel, CASE WHEN number <= room THEN id END ORDER BY min(id)""";

    /** A worker that dies before it has sent the message leaves it to others after a while. */
    private static final String CLAIM = """
            UPDATE caravana.notice SET try_at = clock_timestamp() + interval '5 minutes'
            WHERE id = ANY (?) AND sent_at IS NULL AND try_at <= clock_timestamp()""";

    private static final String SENT = """
            UPDATE caravana.notice SET sent_at = clock_timestamp(), failure = NULL, message = :first WHERE id = ANY (:ids)""";

    private static final String FAILED = """
            UPDATE caravana.notice SET attempts = attempts + 1, failure = :failure,
              try_at = clock_timestamp() + least(interval '10 seconds' * power(2, attempts), interval '1 hour')
            WHERE channel = :channel AND sent_at IS NULL""";

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Channels channels;
    private final AlertProperties properties;
    private final TicketAlertProperties tickets;
    private final Catalog catalog;
    private final Clock clock;

    Outbox(
            JdbcClient jdbc,
            ObjectMapper json,
            Channels channels,
            AlertProperties properties,
            TicketAlertProperties tickets,
            Catalog catalog,
            Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.channels = channels;
        this.properties = properties;
        this.tickets = tickets;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Adds a notice for each channel, in the caller's transaction. */
    public void add(Notice notice) {
        try {
            jdbc.sql("SELECT FROM caravana.add_notice(?, CAST(? AS jsonb))")
                    .params(channels.names(), json.writeValueAsString(notice))
                    .query()
                    .listOfRows();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The messages to send now. */
    public List<Message> due() {
        return jdbc.sql(DUE)
                .param("perHour", properties.perHour())
                .param("perMinute", tickets.perMinute())
                .param("quiet", tickets.isQuiet(LocalTime.now(clock.withZone(catalog.timeZone()))))
                .param("channels", channels.names())
                .query((row, number) -> new Message(
                        Channel.valueOf(row.getString("channel")),
                        List.of((Long[]) row.getArray("ids").getArray()),
                        read(row.getString("notices"))))
                .list();
    }

    private List<Notice> read(String notices) {
        try {
            return json.readValue(notices, new TypeReference<List<Notice>>() {}).stream()
                    .map(notice -> notice.by(properties))
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a message to send it, unless another worker has, or the channel has just failed with another message. */
    public boolean claim(@Body Message message) {
        return jdbc.sql(CLAIM).param(message.ids().toArray(Long[]::new)).update()
                == message.ids().size();
    }

    /** Notes that a message has been sent. */
    public void sent(@ExchangeProperty("message") Message message) {
        jdbc.sql(SENT)
                .param("first", message.ids().get(0))
                .param("ids", message.ids().toArray(Long[]::new))
                .update();
    }

    /** Makes a channel that could not send a message wait, longer each time. */
    public void failed(
            @ExchangeProperty("message") Message message,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable cause) {
        var why = channels.explain(message.channel(), cause);
        jdbc.sql(FAILED)
                .param("failure", why)
                .param("channel", message.channel().name())
                .update();
        LOG.warn("A message was not sent, and is sent again later: {}", why);
    }
}
