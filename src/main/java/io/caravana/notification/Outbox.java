package io.caravana.notification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.notification.Message.Channel;
import java.time.Duration;
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
 * and not by a throttle: it has to hold for all processes together and over a restart, and what is above it is told later
 * in one message, neither late one by one nor not at all.
 */
@Component("outbox")
public class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_SENDING = Duration.ofMinutes(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    /** What could not be sent for so long is given up. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private static final String DUE = """
            SELECT id, CAST(content AS text) AS content, try_at <= clock_timestamp() AS due FROM caravana.notice
            WHERE channel = ? AND sent_at IS NULL AND noted_at > clock_timestamp() - make_interval(secs => ?)
            ORDER BY id""";

    private static final String SENT_IN_AN_HOUR = """
            SELECT count(DISTINCT message) FROM caravana.notice
            WHERE channel = ? AND sent_at > clock_timestamp() - make_interval(hours => 1)""";

    private static final String FAILED = """
            UPDATE caravana.notice SET attempts = attempts + 1, failure = :failure,
              try_at = clock_timestamp() + make_interval(secs => least(:first * power(2, attempts), :longest))
            WHERE channel = :channel AND sent_at IS NULL""";

    private record Row(long id, String content, boolean due) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Channels channels;
    private final NotificationProperties properties;

    Outbox(JdbcClient jdbc, ObjectMapper json, Channels channels, NotificationProperties properties) {
        this.jdbc = jdbc;
        this.json = json;
        this.channels = channels;
        this.properties = properties;
    }

    /** Notes a notice for each channel, in the transaction that found it out. */
    void add(Notice notice) {
        for (var channel : channels.configured()) {
            jdbc.sql("INSERT INTO caravana.notice (channel, content) VALUES (?, CAST(? AS json))")
                    .params(channel.name(), write(notice))
                    .update();
        }
    }

    /**
     * The messages to send now. A channel that has sent as many as it may in an hour waits; then it tells in one message
     * what has come together.
     */
    public List<Message> due() {
        return channels.configured().stream()
                .flatMap(channel -> due(channel).stream())
                .toList();
    }

    private List<Message> due(Channel channel) {
        var rows = jdbc.sql(DUE)
                .params(channel.name(), PATIENCE.toSeconds())
                .query(Row.class)
                .list();
        // a channel that has just failed is left alone, with all that it has to tell
        if (rows.isEmpty() || !rows.stream().allMatch(Row::due)) {
            return List.of();
        }
        long sent = jdbc.sql(SENT_IN_AN_HOUR)
                .param(channel.name())
                .query(Long.class)
                .single();
        var room = properties.perHour() - sent;
        if (room <= 0) {
            return List.of();
        }
        return rows.size() > room
                ? List.of(message(channel, rows))
                : rows.stream().map(row -> message(channel, List.of(row))).toList();
    }

    private Message message(Channel channel, List<Row> rows) {
        return new Message(
                channel,
                rows.stream().map(Row::id).toList(),
                rows.stream().map(row -> read(row.content)).toList());
    }

    /**
     * Takes a message to send it, unless another worker has, or the channel has just failed with another message. A worker
     * that dies before it has sent the message leaves it to others after a while.
     */
    public boolean claim(@Body Message message) {
        return jdbc.sql("""
                UPDATE caravana.notice SET try_at = clock_timestamp() + make_interval(secs => ?)
                WHERE id = ANY (?) AND sent_at IS NULL AND try_at <= clock_timestamp()""")
                        .params(LONGEST_SENDING.toSeconds(), message.ids().toArray(Long[]::new))
                        .update()
                == message.ids().size();
    }

    /** Notes that a message has been sent. */
    public void sent(@ExchangeProperty("message") Message message) {
        jdbc.sql(
                        "UPDATE caravana.notice SET sent_at = clock_timestamp(), failure = NULL, message = :first WHERE id = ANY (:ids)")
                .param("first", message.ids().get(0))
                .param("ids", message.ids().toArray(Long[]::new))
                .update();
    }

    /** Puts a channel off that could not send a message: longer from time to time. */
    public void failed(
            @ExchangeProperty("message") Message message,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable cause) {
        var why = channels.explain(message.channel(), cause);
        jdbc.sql(FAILED)
                .param("failure", why)
                .param("first", FIRST_PAUSE.toSeconds())
                .param("longest", LONGEST_PAUSE.toSeconds())
                .param("channel", message.channel().name())
                .update();
        LOG.warn("A notification was not sent, and is tried again: {}", why);
    }

    private String write(Notice notice) {
        try {
            return json.writeValueAsString(notice);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Notice read(String content) {
        try {
            return json.readValue(content, Notice.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
