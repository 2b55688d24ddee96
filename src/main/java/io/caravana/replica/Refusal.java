package io.caravana.replica;

import io.caravana.error.Failures;
import org.postgresql.util.PSQLException;

/**
 * Why a record cannot be stored.
 *
 * @param column the one to blame; null where that cannot be said
 * @param words what is wrong, for people
 */
public record Refusal(String column, String words) {

    private static final int LONGEST_WORDS = 1_000;

    /** PostgreSQL's message. Its details are left out: they quote the row, and those that it is in conflict with. */
    public static Refusal of(Throwable failure, ReplicaTable table) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PSQLException refused && refused.getServerErrorMessage() != null) {
                var said = refused.getServerErrorMessage();
                var isOurs = table.name().equals(said.getTable()) && said.getColumn() != null;
                var words = "PostgreSQL: " + Failures.masked(said.getMessage());
                return new Refusal(
                        isOurs ? said.getColumn() : null, words.substring(0, Math.min(words.length(), LONGEST_WORDS)));
            }
        }
        return new Refusal(null, Failures.explain(failure));
    }
}
