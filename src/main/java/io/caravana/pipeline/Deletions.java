package io.caravana.pipeline;

import io.caravana.catalog.LiveProperties;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.error.Failures;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.servicenow.EncodedQuery;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.ServiceNowException;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What {@code sys_audit_delete} tells of deleted records. It does not tell of tables that are not audited, nor of
 * records that were deleted along with others or by a cleaner; those are found by comparing keys.
 */
@Component("deletions")
final class Deletions {

    private static final Logger LOG = LoggerFactory.getLogger(Deletions.class);
    private static final String AUDIT = "sys_audit_delete";
    private static final String KEY = "documentkey";
    private static final int PAGE = 1_000;
    private static final String CONSEQUENCE =
            "deleted records are found by the comparison of keys alone, until the account may read it";

    private final Watermarks watermarks;
    private final LiveProperties live;
    private final AtomicBoolean isSaid = new AtomicBoolean();

    Deletions(Watermarks watermarks, LiveProperties live) {
        this.watermarks = watermarks;
        this.live = live;
    }

    /** Opens the entries of the table since the last pass; none in a first pass. */
    public void open(@ExchangeProperty("load") LoadContext load) {
        var pass = watermarks.current(load.table());
        var since = pass.readUntil() == null ? pass.until() : pass.readUntil().minus(live.overlap());
        var query = EncodedQuery.ALL
                .and("tablename", "=", load.table().source())
                .and(Table.CREATED, ">=", Window.raw(since))
                .and(Table.CREATED, "<=", Window.raw(pass.until()));
        load.setCursor(new PageCursor(AUDIT, query, List.of("sys_id", KEY), false, PAGE));
    }

    /** Goes on with an empty page, where the account may not read the entries. */
    public void unreadable(
            @ExchangeProperty("load") LoadContext load,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) ServiceNowException.Permanent cause) {
        if (cause.isSignInRefused()) {
            throw cause;
        }
        sayOnce(Failures.explain(cause));
        load.setPage(new Page(load.cursor().fields(), List.of(), 0, PAGE, null));
    }

    /** The keys of the records that a page's entries say were deleted. */
    public List<String> keys(@ExchangeProperty("load") LoadContext load) {
        var page = load.page();
        if (page.records().isEmpty() && page.total() > 0) {
            sayOnce("its %d entries are hidden from the account".formatted(page.total()));
        }
        var place = page.fields().names().indexOf(KEY);
        return place < 0
                ? List.of()
                : page.records().stream()
                        .map(row -> row.value(place))
                        .filter(key -> key != null && !key.isEmpty())
                        .distinct()
                        .toList();
    }

    private void sayOnce(String why) {
        if (isSaid.compareAndSet(false, true)) {
            LOG.warn("{} cannot be read ({}): {}", AUDIT, why, CONSEQUENCE);
        }
    }

    /** The load at those of the keys that are still there, hidden ones counted. */
    public LoadContext at(@Body List<String> keys, @ExchangeProperty("load") LoadContext load) {
        var query = EncodedQuery.ALL.and("sys_id", "IN", String.join(",", keys));
        return load.at(new PageCursor(load.table().source(), query, List.of("sys_id"), false, keys.size()));
    }

    /** Those of the keys that are not there; none if ServiceNow counts one that it does not show. */
    public List<String> gone(
            @ExchangeProperty("candidates") List<String> keys, @ExchangeProperty("load") LoadContext load) {
        var there = load.page();
        if (there.total() != there.records().size()) {
            return List.of();
        }
        var still = new HashSet<>(there.keys());
        return keys.stream().filter(key -> !still.contains(key)).toList();
    }
}
