package io.caravana.change;

import io.caravana.change.ChangeEvent.Id;
import jakarta.annotation.PreDestroy;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.XAddParams;

/**
 * Copies the change log to a Redis stream, each event once and in the order of the log. The ids are the same, so the last one in the stream
 * is the position: Redis refuses what is not after it, and several workers may copy at once.
 */
@Component("redisMirror")
public class RedisMirror {

    private static final Logger LOG = LoggerFactory.getLogger(RedisMirror.class);
    private static final int BATCH = 500;
    private static final String NOT_AFTER_THE_LAST = "equal or smaller";

    private final ChangeLog log;
    private final RedisProperties properties;
    private JedisPooled redis;
    private boolean isAway;

    RedisMirror(ChangeLog log, RedisProperties properties) {
        this.log = log;
        this.properties = properties;
    }

    /** Whether there is a Redis to copy to. */
    public boolean isOn() {
        return !properties.url().isEmpty();
    }

    /** Copies every event that is not in the stream yet. While Redis is away, says so once and leaves the rest to the next time. */
    public void follow() {
        try {
            var events = log.after(position(), BATCH);
            while (!events.isEmpty()) {
                add(events);
                events = log.after(events.get(events.size() - 1).id(), BATCH);
            }
            if (isAway) {
                isAway = false;
                LOG.info("Redis answers again: the stream {} has every change", properties.stream());
            }
        } catch (JedisException e) {
            if (!isAway) {
                isAway = true;
                LOG.warn("Changes do not get to Redis, and are added when it answers again: {}", e.getMessage());
            }
        }
    }

    private Id position() {
        var last = redis().xrevrange(properties.stream(), "+", "-", 1);
        if (last.isEmpty()) {
            return new Id(0, 0);
        }
        var id = last.get(0).getID();
        return new Id(id.getTime(), id.getSequence());
    }

    private void add(List<ChangeEvent> events) {
        try (var pipeline = redis().pipelined()) {
            var added = events.stream()
                    .map(event -> pipeline.xadd(
                            properties.stream(),
                            fields(event),
                            XAddParams.xAddParams()
                                    .id(new StreamEntryID(
                                            event.id().transaction(), event.id().number()))
                                    .maxLen(properties.keep())
                                    .approximateTrimming()))
                    .toList();
            pipeline.sync();
            added.forEach(RedisMirror::check);
        }
    }

    /** What another worker has added already is there. */
    private static void check(Response<StreamEntryID> added) {
        try {
            added.get();
        } catch (JedisDataException e) {
            if (!e.getMessage().contains(NOT_AFTER_THE_LAST)) {
                throw e;
            }
        }
    }

    private static Map<String, String> fields(ChangeEvent event) {
        var fields = new HashMap<String, String>();
        fields.put("table", event.table());
        fields.put("sys_id", event.sysId());
        fields.put("kind", event.kind());
        fields.put("types", String.join(",", event.types()));
        fields.put("changes", event.changes().toString());
        fields.put("committed_at", event.committedAt().toInstant().toString());
        put(fields, "number", event.number());
        put(fields, "changed_by", event.changedBy());
        put(fields, "company", event.company());
        put(fields, "assignment_group", event.assignmentGroup());
        put(fields, "priority", event.priority());
        return fields;
    }

    private static void put(Map<String, String> fields, String name, String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private synchronized JedisPooled redis() {
        if (redis == null) {
            redis = new JedisPooled(URI.create(properties.url()));
        }
        return redis;
    }

    @PreDestroy
    synchronized void close() {
        if (redis != null) {
            redis.close();
        }
    }
}
