package io.caravana.error;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.springframework.dao.DataAccessException;

/**
 * Says what went wrong in words that a person can act on, without secrets and without the values of records. The one
 * place that tells failures that are part of the life of such a program from mistakes in it.
 */
public final class Failures {

    private static final int LONGEST = 4_000;
    private static final Pattern STATEMENT =
            Pattern.compile("(?s)(?:PreparedStatementCallback; )?(?:bad SQL grammar|SQL) \\[.*?];? ?");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)(password=|//[^/@:\\s]+:(?=[^/@\\s]+@))[^&@\\s]+");

    /** Where PostgreSQL, Jackson and the JDK put what they could not read or store. */
    private static final List<Pattern> VALUES = Stream.of(
                    "(invalid input (?:syntax|value) for [^:\"]*(?:\"[^\"]*\")?: )\".*\"",
                    "(out of range: |For input string: )\".*\"",
                    "(\\bvalue )\".*\"",
                    "(Unrecognized token |Text |from String )['\"].*['\"]",
                    "(\\([^()]*\\)=)\\(.*\\)",
                    "(Failing row contains )\\(.*\\)",
                    "(parameter \\$\\d+ = )'.*'")
            .map(Pattern::compile)
            .toList();

    /** ServiceNow, the network and the database; what is wrong with an answer, a setting or a load says itself. */
    private static final List<Class<?>> EXPECTED = List.of(
            IOException.class,
            SQLException.class,
            DataAccessException.class,
            InterruptedException.class,
            RejectedExecutionException.class);

    /** Nobody throws these for a reason that lies outside of the program, whatever they are wrapped in. */
    private static final List<Class<?>> MISTAKES = List.of(
            Error.class,
            NullPointerException.class,
            ClassCastException.class,
            IndexOutOfBoundsException.class,
            ArithmeticException.class,
            UnsupportedOperationException.class);

    /** A statement of ours that is wrong, other than for the lack of a permission; or PostgreSQL's own mistakes. */
    private static final Pattern MISTAKEN_STATES = Pattern.compile("26...|34...|42(?!501)...|XX...");

    /**
     * Data exceptions, constraints, the limits of a row or an index, and what triggers of the database's users raise, with
     * states of their own, too. The other states tell of the statement, the connection, the server or a lack of rights.
     *
     * @see <a href="https://www.postgresql.org/docs/17/errcodes-appendix.html">PostgreSQL's error codes</a>
     */
    private static final Pattern REFUSED_STATES = Pattern.compile("2[123]...|38...|54...|P0...|[I-OQ-WYZ]....");

    private static final Pattern PASSING_ON =
            Pattern.compile("org\\.springframework\\.|com\\.zaxxer\\.|java\\.util\\.concurrent\\.");

    private Failures() {}

    /** Whether PostgreSQL refused the data of a record, so that it would refuse it again and may take the others. */
    public static boolean isRefusal(Throwable failure) {
        return causes(failure).stream()
                .anyMatch(cause -> cause instanceof SQLException sql
                        && sql.getSQLState() != null
                        && REFUSED_STATES.matcher(sql.getSQLState()).matches());
    }

    /** Whether the failure explains itself, so that a stack trace adds nothing. */
    public static boolean isExpected(Throwable failure) {
        var causes = causes(failure);
        return causes.stream().noneMatch(Failures::isMistake)
                && causes.stream()
                        .anyMatch(cause -> isOneOf(EXPECTED, cause)
                                || cause.getClass().getName().startsWith("io.caravana."));
    }

    private static boolean isMistake(Throwable cause) {
        return isOneOf(MISTAKES, cause)
                || cause instanceof SQLException sql
                        && sql.getSQLState() != null
                        && MISTAKEN_STATES.matcher(sql.getSQLState()).matches();
    }

    private static boolean isOneOf(List<Class<?>> types, Throwable cause) {
        return types.stream().anyMatch(type -> type.isInstance(cause));
    }

    /** Logs an error: one that is expected in a line, any other with its stack trace. */
    public static void log(Logger log, String what, Throwable failure) {
        if (isExpected(failure)) {
            log.error("{}: {}", what, explain(failure));
        } else {
            log.error("{}", what, withoutValues(failure));
        }
    }

    /**
     * The messages of a failure and its causes in one line, each said once. What libraries say that only pass a failure on
     * stands at the end, in brackets.
     */
    public static String explain(Throwable failure) {
        var parts = new ArrayList<String>();
        var around = new ArrayList<String>();
        for (var cause : causes(failure)) {
            if (isWrapping(cause)) {
                continue;
            }
            var text = clean(cause);
            var said = isPassedOn(cause) ? around : parts;
            if (!text.isEmpty() && said.stream().noneMatch(part -> part.contains(text))) {
                said.add(text);
            }
        }
        around.removeIf(text -> parts.stream().anyMatch(part -> text.contains(part) || part.contains(text)));
        var whole = String.join(": ", parts) + (around.isEmpty() ? "" : " (%s)".formatted(String.join(": ", around)));
        return whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST) + "…";
    }

    private static List<Throwable> causes(Throwable failure) {
        var causes = new ArrayList<Throwable>();
        for (var cause = failure; cause != null && !causes.contains(cause); cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }

    /** Camel's own wrappings say which branch or exchange it was, which tells a person nothing. */
    private static boolean isWrapping(Throwable cause) {
        return cause.getCause() != null && cause.getClass().getName().startsWith("org.apache.camel.");
    }

    private static boolean isPassedOn(Throwable cause) {
        return cause.getCause() != null
                && PASSING_ON.matcher(cause.getClass().getName()).lookingAt();
    }

    private static String clean(Throwable cause) {
        if (cause.getMessage() == null || cause.getMessage().isBlank()) {
            return cause.getClass().getSimpleName();
        }
        return masked(STATEMENT.matcher(cause.getMessage()).replaceAll("").strip());
    }

    /** A text without the passwords and the values of records in it. */
    public static String masked(String text) {
        var masked = CREDENTIALS.matcher(text).replaceAll("$1***");
        for (var value : VALUES) {
            masked = value.matcher(masked).replaceAll("$1***");
        }
        return masked;
    }

    /** The failure itself, as long as nothing has to be hidden in it. */
    private static Throwable withoutValues(Throwable failure) {
        var isHarmless = causes(failure).stream()
                .map(Throwable::getMessage)
                .allMatch(message -> message == null || masked(message).equals(message));
        return isHarmless ? failure : Masked.of(causes(failure));
    }

    /** A failure that looks like another one, down to its stack trace, with a message of which parts are hidden. */
    private static final class Masked extends Exception {
        private static final long serialVersionUID = 1L;

        private final String words;

        private Masked(Throwable original, Throwable cause) {
            super(original.getMessage() == null ? null : masked(original.getMessage()), cause);
            words = original.getClass().getName() + (getMessage() == null ? "" : ": " + getMessage());
            setStackTrace(original.getStackTrace());
        }

        static Masked of(List<Throwable> causes) {
            Masked copy = null;
            for (var place = causes.size() - 1; place >= 0; place--) {
                copy = new Masked(causes.get(place), copy);
            }
            return copy;
        }

        @Override
        public String toString() {
            return words;
        }
    }
}
