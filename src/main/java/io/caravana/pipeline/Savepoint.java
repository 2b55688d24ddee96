package io.caravana.pipeline;

import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** What the policy {@code savepoint} means in the routes: when a step fails, its steps are undone, and the transaction goes on. */
@Component("savepoint")
final class Savepoint implements Policy {

    private final TransactionTemplate nested;

    Savepoint(PlatformTransactionManager transactions) {
        nested = new TransactionTemplate(transactions);
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {
        // nothing is to be prepared
    }

    @Override
    public Processor wrap(Route route, Processor steps) {
        return exchange -> OneTransaction.run(nested, steps, exchange);
    }
}
