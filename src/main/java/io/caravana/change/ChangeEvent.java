package io.caravana.change;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What happened to one row of a replica table in one transaction.
 *
 * @param id its place among all events
 * @param types the configured types that it has, such as {@code incident:resolved}; it may have none
 * @param table the replica table, without its schema
 * @param sysId the row's key
 * @param number the ticket's number; null where the table has none
 * @param kind {@code created}, {@code updated} or {@code deleted}
 * @param changes {@code {"column": [before, after]}} of the columns that differ; of a row that was created or deleted, all that are
 *     not NULL
 * @param changedBy who changed the record in ServiceNow; null where the row does not say
 * @param company whose ticket it is, as the column has it; null where the row does not say
 * @param assignmentGroup the group that has it, in the same way
 * @param priority its priority, in the same way
 * @param executionId the execution that stored the change
 * @param committedAt when it was stored, shortly before the commit
 */
public record ChangeEvent(
        Id id,
        List<String> types,
        String table,
        String sysId,
        String number,
        String kind,
        JsonNode changes,
        String changedBy,
        String company,
        String assignmentGroup,
        String priority,
        String executionId,
        OffsetDateTime committedAt) {

    /**
     * An event's place in the change log, and the order of all events. As text {@code transaction-number}: it names the event in the
     * API, in {@code Last-Event-ID} and to receivers.
     *
     * @param transaction the transaction that stored it
     * @param number unique among all events
     */
    public record Id(long transaction, long number) implements Comparable<Id> {

        private static final Pattern TEXT = Pattern.compile("(\\d{1,19})-(\\d{1,18})");

        /** Reads what {@link #toString} writes; empty for any other text. */
        public static Optional<Id> parse(String text) {
            var parts = TEXT.matcher(text);
            return parts.matches()
                    ? Optional.of(new Id(Long.parseUnsignedLong(parts.group(1)), Long.parseLong(parts.group(2))))
                    : Optional.empty();
        }

        /** The transaction as PostgreSQL's {@code xid8} is written. */
        String xid() {
            return Long.toUnsignedString(transaction);
        }

        @Override
        public int compareTo(Id other) {
            var order = Long.compareUnsigned(transaction, other.transaction);
            return order == 0 ? Long.compare(number, other.number) : order;
        }

        @JsonValue
        @Override
        public String toString() {
            return xid() + "-" + number;
        }
    }

    /** The text of a column before the change; null where it was NULL or did not change. */
    public String before(String column) {
        return text(column, 0);
    }

    /** The text of a column after the change; null where it is NULL or did not change. */
    public String after(String column) {
        return text(column, 1);
    }

    private String text(String column, int place) {
        var value = changes.path(column).path(place);
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }
}
