package io.caravana.execution;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.springframework.dao.DataAccessException;

/** Says what went wrong in words that a person can act on, without secrets. */
public final class Failures {

    private static final int LONGEST = 4_000;
    private static final Pattern STATEMENT =
            Pattern.compile("(?s)(?:PreparedStatementCallback; )?(?:bad SQL grammar|SQL) \\[.*?];? ?");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)(password=|//[^/@:\\s]+:(?=[^/@\\s]+@))[^&@\\s]+");

    private Failures() {}

    /** Whether the failure explains itself, so that a stack trace adds nothing. */
    public static boolean isExpected(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException
                    || cause instanceof SQLException
                    || cause instanceof DataAccessException
                    || cause.getClass().getName().startsWith("io.caravana.")) {
                return true;
            }
        }
        return false;
    }

    /** The messages of a failure and its causes in one line, each said once. */
    public static String explain(Throwable failure) {
        var parts = new ArrayList<String>();
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (isWrapping(cause)) {
                continue;
            }
            var text = clean(cause);
            if (!text.isEmpty() && parts.stream().noneMatch(part -> part.contains(text))) {
                parts.add(text);
            }
        }
        var whole = CREDENTIALS.matcher(String.join(": ", parts)).replaceAll("$1***");
        return whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST) + "…";
    }

    /** Camel's own wrappings say which branch or exchange it was, which tells a person nothing. */
    private static boolean isWrapping(Throwable cause) {
        return cause.getCause() != null && cause.getClass().getName().startsWith("org.apache.camel.");
    }

    private static String clean(Throwable cause) {
        if (cause.getMessage() == null || cause.getMessage().isBlank()) {
            return cause.getClass().getSimpleName();
        }
        return STATEMENT.matcher(cause.getMessage()).replaceAll("").strip();
    }
}
