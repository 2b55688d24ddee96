package io.caravana.pipeline;

import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.TransactedPolicy;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What {@code transacted} means in the routes: the steps behind it are one transaction, which is rolled back when one of
 * them fails. Camel's own policy brings an error handler along, which declares every failure to be exhausted, so that
 * the caller would not try the transaction again.
 */
@Component("oneTransaction")
final class OneTransaction implements TransactedPolicy {

    private final TransactionTemplate transaction;

    OneTransaction(TransactionTemplate transaction) {
        this.transaction = transaction;
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {
        // nothing is to be prepared
    }

    @Override
    public Processor wrap(Route route, Processor steps) {
        return exchange -> run(transaction, steps, exchange);
    }

    /**
     * Runs the steps in a transaction and leaves their failure to the exchange; also where the transaction could not even be
     * rolled back, as its connection is lost: why it was lost is what people have to know.
     */
    static void run(TransactionTemplate transaction, Processor steps, Exchange exchange) {
        var work = exchange.getUnitOfWork();
        // keeps the steps on this thread, which the transaction belongs to
        work.beginTransactedBy(transaction);
        try {
            transaction.executeWithoutResult(status -> {
                process(steps, exchange);
                if (exchange.getException() != null) {
                    status.setRollbackOnly();
                }
            });
        } catch (TransactionException | DataAccessException e) {
            if (exchange.getException() == null) {
                exchange.setException(e);
            }
        } finally {
            work.endTransactedBy(transaction);
        }
    }

    private static void process(Processor steps, Exchange exchange) {
        try {
            steps.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
    }
}
