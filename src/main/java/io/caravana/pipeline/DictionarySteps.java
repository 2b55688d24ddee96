package io.caravana.pipeline;

import io.caravana.catalog.SyncMode;
import io.caravana.servicenow.Description;
import io.caravana.servicenow.Descriptors;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.SourceTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The steps of the route {@code describe-table}, and what the rows tell beyond it. */
@Component("dictionary")
final class DictionarySteps {

    private static final Logger LOG = LoggerFactory.getLogger(DictionarySteps.class);
    /** How long the columns are remembered of a table that is read for its changes, every minute maybe. */
    private static final Duration KEPT = Duration.ofHours(1);
    /** What a row shows is looked up anew only where it was not just looked up. */
    private static final Duration JUST = Duration.ofMinutes(1);

    private final Descriptors descriptors;
    private final Clock clock;
    private final Map<String, Described> described = new ConcurrentHashMap<>();

    private record Described(SourceTable source, Instant at) {}

    DictionarySteps(Descriptors descriptors, Clock clock) {
        this.descriptors = descriptors;
        this.clock = clock;
    }

    /** Begins to find out what columns the table has; with nothing to ask, where that is known from a short while ago. */
    public void begin(@ExchangeProperty("load") LoadContext load) {
        var known = load.syncMode() == SyncMode.INCREMENTAL
                ? described.get(load.table().target())
                : null;
        if (known != null && clock.instant().isBefore(known.at.plus(KEPT))) {
            load.setDescription(null);
            load.setSource(known.source);
            note(load, known.source);
        } else {
            load.setDescription(new Description(load.table(), descriptors));
        }
    }

    /** Has the next question asked. */
    public void ask(@ExchangeProperty("load") LoadContext load) {
        load.setPage(null);
        load.setCursor(load.description().question());
    }

    /**
     * Takes a page of the answer, if one came.
     *
     * @throws ServiceNowException.Permanent if the table's configuration names a field that is not there
     */
    public void take(@ExchangeProperty("load") LoadContext load) {
        if (load.page() != null) {
            load.description().take(load.page());
        }
        load.setPage(null);
    }

    /** Does without the dictionary, where the account may not read it. */
    public void unreadable(
            @ExchangeProperty("load") LoadContext load,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) ServiceNowException.Permanent cause) {
        load.setPage(null);
        load.description().unreadable(cause);
    }

    /**
     * Keeps what was found out.
     *
     * @throws ServiceNowException.Permanent if the load has a period, and the window column is nothing that could lie in it
     */
    public void remember(@ExchangeProperty("load") LoadContext load) {
        var description = load.description();
        var source = description.source();
        load.setSource(source);
        note(load, source);
        if (load.isWindowed()) {
            var unit = description.windowUnit();
            if (load.run() != null) {
                load.run().windowUnit(unit);
            }
        }
        described.put(load.table().target(), new Described(source, clock.instant()));
        load.setDescription(null);
    }

    private static void note(LoadContext load, SourceTable source) {
        if (load.table().fields().isEmpty()) {
            source.incomplete().ifPresent(why -> load.note("description", why));
        }
        source.journals().ifPresent(which -> load.note("journals", which));
    }

    /**
     * Learns from a page what the dictionary does not tell: fields that rows have and it has not, and fields that it has and
     * no row shows.
     *
     * @throws ServiceNowException.Permanent if the rows cannot be told from each other
     * @throws ServiceNowException.Retryable if the columns are to be looked up anew
     */
    public void learn(@ExchangeProperty("load") LoadContext load) {
        var page = load.page();
        var source = load.source();
        if (page.unreadable() != null) {
            return;
        }
        var isFirst = load.read().hasNoKey();
        source.requireKey(page, isFirst);
        if (isFirst && load.syncMode() == SyncMode.WINDOW) {
            source.omitted(page, load.table()).ifPresent(which -> {
                load.note("omitted", which);
                LOG.info("{}: {}", load.table().target(), which);
            });
        }
        var learned = load.table().fields().isEmpty() ? source.with(page) : source;
        if (learned != source) {
            lookUpAnew(load, source);
            LOG.warn("{}: {}", load.table().target(), learned.incomplete().orElseThrow());
            note(load, learned);
            described.put(load.table().target(), new Described(learned, clock.instant()));
            load.setSource(learned);
        }
    }

    /**
     * Makes sure that a page of keys has some.
     *
     * @throws ServiceNowException.Permanent if the rows cannot be told from each other
     */
    public void requireKeys(@ExchangeProperty("load") LoadContext load) {
        load.source().requireKey(load.page(), load.read().hasNoKey());
    }

    /** A column that is new in the source has its type in the dictionary. */
    private void lookUpAnew(LoadContext load, SourceTable source) {
        var target = load.table().target();
        var known = described.get(target);
        if (known != null && known.source == source && clock.instant().isAfter(known.at.plus(JUST))) {
            described.remove(target);
            throw ServiceNowException.later(
                    "table %s has columns that it did not have; they are looked up".formatted(source.name()));
        }
    }
}
