package io.caravana.simulator;

import java.util.HashMap;
import java.util.Map;

/**
 * Something that goes wrong with requests to the ServiceNow interfaces.
 *
 * @param kind what goes wrong
 * @param table the table whose requests it concerns, {@code stats/incident} only those for its statistics; empty for
 *     every request below {@code /api/now}
 * @param at the first matching request it strikes, counted from 1; 0 for the next one
 * @param times how many requests it strikes; 0 for no end
 * @param probability how likely it strikes a request, above 0 up to 1
 * @param settings what the kind needs to know, see {@link Kind}
 */
public record Fault(Kind kind, String table, int at, int times, double probability, Map<String, String> settings) {
    /** What can go wrong, each with the settings it reads. */
    public enum Kind {
        /**
         * {@code status} (503) with the body the page of ServiceNow has for it, {@code retry-after} in seconds or, with
         * {@code as} (seconds) date, as the date that many seconds from now.
         */
        STATUS,
        /** 429 of an hourly rule: {@code seconds} (3600) in Retry-After, {@code as} STATUS has it, and the X-RateLimit headers. */
        RATE_LIMIT,
        /** 400 with a page of HTML for a request of more than {@code characters} (8000) of path and query. */
        LONG_LINE,
        /** Each setting is a header of the answer; an empty one is taken away. */
        HEADERS,
        /** No answer has more than {@code rows} (500), whatever limit is asked for. */
        ROW_CAP,
        /** 429 of too many requests at once, without headers. */
        SEMAPHORE,
        /** 200 with the HTML of a login page. */
        LOGIN_PAGE,
        /** 302 to the login page. */
        LOGIN_REDIRECT,
        /** 200; after {@code rows} (half of them) the result ends in a string, {@code error} and {@code status} beside it. */
        BROKEN_WITH_ERROR,
        /** 200; after {@code rows} malformed JSON with an error. */
        BROKEN_MALFORMED_WITH_ERROR,
        /** 200; after {@code rows} malformed JSON without an error. */
        BROKEN_MALFORMED,
        /** 200; the JSON stops after {@code rows}, though the body is complete for HTTP. */
        BROKEN_CUT,
        /** 200; as cut, but with a comma last. */
        BROKEN_TRAILING_COMMA,
        /** 200 with an error and no result. */
        ERROR_ONLY,
        /** The connection closes after {@code bytes} (1000) of the body. */
        CUT_BODY,
        /** The connection closes before the status line. */
        RESET,
        /** The connection closes after the headers. */
        RESET_AFTER_STATUS,
        /** Waits {@code millis} (100) between pieces of {@code bytes} (1024) of the body. */
        SLOW_BODY,
        /** Waits {@code millis} (1000) before the answer. */
        DELAY,
        /** Rows that match the encoded {@code query} are taken out after the limit was applied, and still counted. */
        HIDDEN_ROWS,
        /** The {@code fields} (comma-separated) are left out of every row, or of the rows {@code sys_ids} (comma-separated). */
        HIDDEN_FIELDS,
        /**
         * Every page that holds more than one field of row {@code sys_id} breaks there, as the kind in {@code as}
         * (BROKEN_WITH_ERROR) does.
         */
        GIANT_ROW,
        /** {@code column} has {@code value} in row {@code sys_id}, or in the page's first row. */
        BAD_VALUE,
        /** Row {@code sys_id}, or the page's first row, comes a second time at the end of the page. */
        DUPLICATE_ROW,
        /** Row {@code sys_id}, or the page's first row, comes without its sys_id. */
        NO_SYS_ID,
        /** Row {@code sys_id}, or the page's first row, is {@code {}}. */
        EMPTY_ROW,
        /** Every row has {@code column} (u_unannounced) with {@code value} (surprise). */
        EXTRA_COLUMN,
        /** The page has no rows, though they are counted. */
        EMPTY_PAGE
    }

    public Fault {
        if (kind == null) {
            throw new IllegalArgumentException("A fault needs a kind");
        }
        table = table == null ? "" : table;
        probability = probability <= 0 ? 1 : probability;
        settings = settings == null ? Map.of() : Map.copyOf(settings);
    }

    /** A fault of every request. */
    public static Fault of(Kind kind) {
        return new Fault(kind, "", 0, 0, 1, Map.of());
    }

    /** A status fault of every request. */
    public static Fault status(int status) {
        return of(Kind.STATUS).with("status", Integer.toString(status));
    }

    /** The same fault for one table only. */
    public Fault on(String onlyTable) {
        return new Fault(kind, onlyTable, at, times, probability, settings);
    }

    /** The same fault at the Nth matching request from now; only there, unless times says otherwise. */
    public Fault at(int request) {
        return new Fault(kind, table, request, times == 0 ? 1 : times, probability, settings);
    }

    /** The same fault for this many requests. */
    public Fault times(int number) {
        return new Fault(kind, table, at, number, probability, settings);
    }

    /** The same fault for a share of the requests, chosen by the seed. */
    public Fault sometimes(double share) {
        return new Fault(kind, table, at, times, share, settings);
    }

    /** The same fault with a setting. */
    public Fault with(String setting, String value) {
        var more = new HashMap<>(settings);
        more.put(setting, value);
        return new Fault(kind, table, at, times, probability, more);
    }

    String setting(String name, String otherwise) {
        return settings.getOrDefault(name, otherwise);
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(setting(name, Integer.toString(otherwise)));
    }
}
