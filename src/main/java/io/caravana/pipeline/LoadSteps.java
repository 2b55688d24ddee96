package io.caravana.pipeline;

import io.caravana.catalog.Table;
import io.caravana.connector.Limiter;
import io.caravana.execution.lease.Leases;
import io.caravana.execution.log.SetAside;
import io.caravana.execution.run.Execution;
import io.caravana.execution.run.ExecutionEvent;
import io.caravana.execution.run.LogFields;
import io.caravana.execution.run.TableLoad;
import io.caravana.execution.run.TableMeters;
import io.caravana.replica.Replica;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The beginning and the end of a table load. */
@Component("loads")
final class LoadSteps {

    private static final Logger LOG = LoggerFactory.getLogger(LoadSteps.class);

    private final MeterRegistry meters;
    private final SetAside setAside;
    private final Leases leases;
    private final Replica replica;
    private final Limiter limiter;

    LoadSteps(MeterRegistry meters, SetAside setAside, Leases leases, Replica replica, Limiter limiter) {
        this.meters = meters;
        this.setAside = setAside;
        this.leases = leases;
        this.replica = replica;
        this.limiter = limiter;
    }

    /** The load of one of an execution's tables. */
    public LoadContext open(
            @ExchangeProperty("execution") Execution execution, @ExchangeProperty("table") Table table) {
        LogFields.table(table.target());
        return new LoadContext(
                new TableLoad(execution, table, new TableMeters(meters, execution.job(), table.target())));
    }

    /**
     * Takes the lease of the table; a load that has to leave it to another execution, or to another time, is not leased after
     * that.
     */
    public void takeLease(@ExchangeProperty("load") LoadContext load) {
        setAside.check(load.run());
        leases.take(load.run());
    }

    /** Makes the replica table ready for what is known of the source. */
    public void prepare(@ExchangeProperty("load") LoadContext load) {
        load.setReplica(replica.prepare(load.run(), load.source()));
    }

    /** Whether what has changed is to be read before the period, so that rows of other days do not become stale. */
    public boolean keepsUp(@ExchangeProperty("load") LoadContext load) {
        var moved = load.source().moved();
        if (!load.run().keepsUp() || load.source().byName().containsKey(moved)) {
            return load.run().keepsUp();
        }
        LOG.warn(
                "{}: no {} is known of it, so what has changed in rows of other days is not read; load their days again",
                load.table().target(),
                Table.UPDATED);
        return false;
    }

    /** The event that tells the execution log until when the load waits for ServiceNow. */
    public ExecutionEvent waiting(@ExchangeProperty("load") LoadContext load) {
        return load.run().waitingEvent(limiter.opensAt());
    }

    /** Ends a load in error. */
    public void fail(
            @ExchangeProperty("load") LoadContext load, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable cause) {
        load.run().failed(leases.reason(load.run(), cause));
    }
}
