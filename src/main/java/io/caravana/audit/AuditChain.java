package io.caravana.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.codec.digest.DigestUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The chain of what the assistant was asked and answered, and of proposals ({@code caravana.audit_chain}). */
@Component
public class AuditChain {

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    AuditChain(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * How the chain stands.
     *
     * @param brokenAt the first link that does not fit; null: all do
     * @param headPlace the newest link; null: there is none
     * @param head its hash
     */
    public record State(long links, Long brokenAt, Long headPlace, String head) {}

    /** A link as it is exported. */
    public record Link(long place, String at, String kind, String who, String content, String previous, String sha256) {

        /** The hash that it should have. */
        String hash() {
            return DigestUtils.sha256Hex(String.join("\n", Long.toString(place), at, kind, who, content, previous));
        }
    }

    public State check() {
        return jdbc.sql("SELECT links, broken_at, head_place, head FROM caravana.check_audit_chain()")
                .query((row, number) -> new State(
                        row.getLong(1), row.getObject(2, Long.class), row.getObject(3, Long.class), row.getString(4)))
                .single();
    }

    /** Whether the chain still has a link that was noted elsewhere. */
    public boolean has(long place, String sha256) {
        return jdbc.sql("SELECT count(*) FROM caravana.audit_chain WHERE place = ? AND sha256 = ?")
                        .params(place, sha256)
                        .query(Long.class)
                        .single()
                == 1;
    }

    /** Hands over every link as a line of JSON, in order. */
    public void export(Consumer<String> lines) {
        var after = 0L;
        for (var page = page(after); !page.isEmpty(); page = page(after)) {
            for (var link : page) {
                lines.accept(text(link));
                after = link.place();
            }
        }
    }

    private List<Link> page(long after) {
        return jdbc.sql("""
                        SELECT place, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), kind, who, content, previous, sha256
                        FROM caravana.audit_chain WHERE place > ? ORDER BY place LIMIT 1000""")
                .param(after)
                .query((row, number) -> new Link(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7)))
                .list();
    }

    private String text(Link link) {
        try {
            return json.writeValueAsString(link);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Checks exported lines, without a database; they may begin anywhere in the chain. */
    public static final class Reader {

        private final ObjectMapper json;
        private Link last;
        private long links;
        private Long brokenAt;

        public Reader(ObjectMapper json) {
            this.json = json;
        }

        /** @throws IllegalArgumentException if the line is no link */
        public void read(String line) {
            try {
                var link = json.readValue(line, Link.class);
                var follows = last == null || link.previous().equals(last.sha256()) && link.place() == last.place() + 1;
                if (brokenAt == null && !(follows && link.hash().equals(link.sha256()))) {
                    brokenAt = link.place();
                }
                last = link;
                links++;
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("line %d is no link of the chain".formatted(links + 1), e);
            }
        }

        /** Whether the last line is the link that an anchor names. */
        public boolean isAt(String anchor) {
            return anchor != null && last != null && anchor.equals(last.place() + ":" + last.sha256());
        }

        public State state() {
            return new State(links, brokenAt, last == null ? null : last.place(), last == null ? null : last.sha256());
        }
    }
}
