package io.caravana.check;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.connector.ServiceNowProperties;
import io.caravana.replica.TableCheck;
import io.caravana.servicenow.EncodedQuery;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.SourceTable;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** What has to be right with ServiceNow. */
@Component
final class SourceTrials {

    private static final String SIGN_IN = "sign-in";
    private static final String CLOCK = "clock";
    private static final String TIME_ZONE = "time zone";
    private static final String DICTIONARY = "dictionary";
    private static final String DELETIONS = "deletions";
    private static final String READ_DICTIONARY =
            "Give the account a role that can read all of sys_dictionary and sys_db_object; what is missing there is text here";
    private static final int SAMPLE = 20;
    private static final String TRY_AGAIN = "Try again later";
    private static final Duration CLOCKS_MAY_DIFFER = Duration.ofSeconds(60);
    private static final EncodedQuery MYSELF = EncodedQuery.ALL.and("sys_id", "=", "javascript:gs.getUserID()");

    private final Source source;
    private final ServiceNowAccess access;
    private final ServiceNowProperties properties;
    private final Catalog catalog;
    private final TableCheck replica;
    private final Clock clock;

    SourceTrials(
            Source source,
            ServiceNowAccess access,
            ServiceNowProperties properties,
            Catalog catalog,
            TableCheck replica,
            Clock clock) {
        this.source = source;
        this.access = access;
        this.properties = properties;
        this.catalog = catalog;
        this.replica = replica;
        this.clock = clock;
    }

    /** Without it nothing else can be tried. */
    Trial signIn() {
        return new Trial(
                SIGN_IN, "Check SERVICENOW_URL and the account, and that the instance is awake", this::trySignIn);
    }

    /**
     * Everything else, in order.
     *
     * @param withReplica whether the replica's tables can be looked at
     */
    List<Trial> trials(boolean withReplica) {
        var trials = new ArrayList<>(List.of(
                new Trial(CLOCK, TRY_AGAIN, this::tryClock),
                new Trial(TIME_ZONE, TRY_AGAIN, this::tryTimeZone),
                new Trial(DICTIONARY, TRY_AGAIN, this::tryDictionary),
                new Trial(DELETIONS, TRY_AGAIN, this::tryDeletions)));
        for (var table : catalog.tables()) {
            trials.add(new Trial(
                    name(table),
                    "A load of %s would fail with this".formatted(table.target()),
                    () -> tryTable(table, withReplica)));
        }
        return trials;
    }

    private static String name(Table table) {
        return "table " + table.target();
    }

    /** Who may not read users is signed in all the same. */
    private Finding trySignIn() throws Exception {
        try {
            source.read(myself("user_name"));
        } catch (ServiceNowException.Permanent e) {
            if (e.isSignInRefused()) {
                throw e;
            }
            source.read(first(catalog.tables().get(0).source(), EncodedQuery.ALL, 1));
        }
        return Finding.fine(SIGN_IN, access.name() + " lets the account in");
    }

    private static PageCursor myself(String field) {
        return new PageCursor("sys_user", MYSELF, List.of("sys_id", field), false, 1);
    }

    private static PageCursor first(String table, EncodedQuery query, int rows) {
        return new PageCursor(table, query, List.of("sys_id"), false, rows);
    }

    private Finding tryClock() throws Exception {
        var answer = source.read(first(catalog.tables().get(0).source(), EncodedQuery.ALL, 1));
        return clock(answer.date(), clock.instant());
    }

    /**
     * Compares clocks.
     *
     * @param date an HTTP date; null when ServiceNow sent none
     */
    static Finding clock(String date, Instant here) {
        Duration ahead;
        try {
            var there = ZonedDateTime.parse(date == null ? "" : date, DateTimeFormatter.RFC_1123_DATE_TIME);
            ahead = Duration.between(here, there.toInstant());
        } catch (DateTimeException noDate) {
            return Finding.fine(CLOCK, "ServiceNow did not say its time");
        }
        var words = "ServiceNow's clock is %,d s %s this machine's"
                .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead of");
        return ahead.abs().compareTo(CLOCKS_MAY_DIFFER) > 0
                ? Finding.warning(CLOCK, words, "Set this machine's clock: \"yesterday\" is by it")
                : Finding.fine(CLOCK, words);
    }

    private Finding tryTimeZone() throws Exception {
        var zone = "";
        try {
            var answer = source.read(myself("time_zone"));
            // an instance that does not know the script would leave the condition out
            zone = answer.page().total() == 1 ? answer.value("time_zone") : "";
        } catch (ServiceNowException.Permanent notReadable) {
            zone = "";
        }
        return Finding.fine(
                TIME_ZONE,
                zone.isEmpty()
                        ? "the account shows none of its own; display values are in the instance's, raw values are UTC"
                        : "display values are in %s, the account's; raw values are UTC all the same".formatted(zone));
    }

    private Finding tryDictionary() throws Exception {
        var hidden = new ArrayList<String>();
        for (var table : List.of("sys_db_object", "sys_dictionary")) {
            if (!isVisible(table)) {
                hidden.add(table);
            }
        }
        return hidden.isEmpty()
                ? Finding.fine(DICTIONARY, "sys_db_object and sys_dictionary can be read")
                : Finding.warning(
                        DICTIONARY,
                        "the account sees nothing of " + String.join(" and ", hidden),
                        "Give it a role that can read them, else types come from Caravana's own descriptor or are text");
    }

    /** An audit without entries shows none to anybody. */
    private Finding tryDeletions() throws Exception {
        try {
            var page =
                    source.read(first("sys_audit_delete", EncodedQuery.ALL, 1)).page();
            if (page.total() == 0 || !page.records().isEmpty()) {
                return Finding.fine(DELETIONS, "sys_audit_delete can be read");
            }
        } catch (ServiceNowException.Permanent notReadable) {
            return deletionsHidden();
        }
        return deletionsHidden();
    }

    private static Finding deletionsHidden() {
        return Finding.warning(
                DELETIONS,
                "the account sees nothing of sys_audit_delete",
                "Give it a role that can read it, else the job live sees no deletions, only the job comparison does");
    }

    private boolean isVisible(String table) throws Exception {
        try {
            return !source.read(first(table, EncodedQuery.ALL, 1))
                    .page()
                    .records()
                    .isEmpty();
        } catch (ServiceNowException.Permanent notReadable) {
            return false;
        }
    }

    private Finding tryTable(Table table, boolean withReplica) throws Exception {
        var described = look(table, source.describe(table));
        if (withReplica) {
            replica.require(table, described);
        }
        var limit = table.pageSize() > 0 ? table.pageSize() : properties.pageSize();
        var cursor = first(table.source(), EncodedQuery.of(table.filter()), limit);
        var page = source.read(cursor).page();
        var incomplete = described.incomplete().filter(why -> table.fields().isEmpty());
        var types = incomplete.orElse("types from " + described.origin().words());
        if (page.total() < 0) {
            return Finding.warning(
                    name(table),
                    "ServiceNow does not say how many rows there are: its answers come without X-Total-Count, and its statistics cannot be read; "
                            + types,
                    "Let the gateway pass the header, or give the account the right to read /api/now/stats; until then no load is proven complete and nothing is deleted from "
                            + table.target());
        }
        var passed = passed(cursor, page);
        var hidden = passed - page.records().size();
        if (hidden > 0) {
            return Finding.warning(
                    name(table),
                    "%,d rows, of the first %,d the account cannot see %,d; %s"
                            .formatted(page.total(), passed, hidden, types),
                    "Give it a role that can read all of %s; until then nothing is deleted from %s"
                            .formatted(table.source(), table.target()));
        }
        var cut = passed < Math.min(limit, page.total()) ? " that come %,d at a time".formatted(passed) : "";
        var detail = "%,d rows%s; %s".formatted(page.total(), cut, types)
                + described.journals().map("; "::concat).orElse("");
        return incomplete.isPresent()
                ? Finding.warning(name(table), detail, READ_DICTIONARY)
                : Finding.fine(name(table), detail);
    }

    /** Asks for rows as a load does, and learns from them what a load does. */
    private SourceTable look(Table table, SourceTable described) throws Exception {
        var fields = table.fields().isEmpty()
                ? List.<String>of()
                : table.carried(described.byName().keySet());
        var page = source.read(new PageCursor(
                        table.source(), EncodedQuery.of(table.filter()), fields, table.withDisplayValues(), SAMPLE))
                .page();
        described.requireKey(page, true);
        return table.fields().isEmpty() ? described.with(page) : described;
    }

    /** How many rows there are up to the last one of a first page, hidden ones too: a short page may have been cut. */
    private long passed(PageCursor cursor, Page page) throws Exception {
        var expected = Math.min(page.limit(), page.total());
        cursor.advance(page);
        if (page.records().size() >= expected || page.records().isEmpty() || !cursor.isMore()) {
            return expected;
        }
        return page.total() - Math.max(0, source.read(cursor).page().total());
    }
}
