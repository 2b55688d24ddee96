package io.caravana.change;

import io.caravana.change.ChangeListener.Follower;
import io.caravana.change.ConsumerGroups.Delivery;
import io.caravana.change.ConsumerGroups.Outlook;
import io.caravana.error.Failures;
import io.caravana.error.Passing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a route the events of its group, until none is due. A group has one thread in a process. */
class ChangesConsumer extends DefaultConsumer implements Follower {

    private static final Logger LOG = LoggerFactory.getLogger(ChangesConsumer.class);

    /** What is not done by then is delivered again after its lease. */
    private static final Duration SHUTDOWN = Duration.ofSeconds(2);

    private final ChangesEndpoint endpoint;
    private final ConsumerGroups groups;
    private final ChangeListener listener;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private volatile boolean hasJoined;
    private ExecutorService threads;

    ChangesConsumer(ChangesEndpoint endpoint, Processor route, ConsumerGroups groups, ChangeListener listener) {
        super(endpoint, route);
        this.endpoint = endpoint;
        this.groups = groups;
        this.listener = listener;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        threads = getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newFixedThreadPool(this, endpoint.group().replaceFirst("\\*$", ""), endpoint.threads());
        listener.add(this);
    }

    @Override
    protected void doStop() throws Exception {
        listener.remove(this);
        getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(threads, SHUTDOWN.toMillis());
        super.doStop();
    }

    @Override
    public void look(Outlook outlook) {
        if (isAll()) {
            var prefix = endpoint.group().substring(0, endpoint.group().length() - 1);
            outlook.ready().stream().filter(group -> group.startsWith(prefix)).forEach(this::work);
        } else if (!hasJoined || outlook.ready().contains(endpoint.group())) {
            work(endpoint.group());
        }
    }

    /** Whether it works for all groups whose names begin alike, which others have made. */
    private boolean isAll() {
        return endpoint.group().endsWith("*");
    }

    private void work(String group) {
        if (isRunAllowed() && busy.add(group)) {
            threads.execute(() -> {
                try {
                    join();
                    deliver(group);
                } catch (RuntimeException e) {
                    // the listener calls again, and a delivery that was taken comes again after its lease
                    if (!Passing.mayPass(e)) {
                        Failures.log(LOG, "Consumer group %s could not go on".formatted(group), e);
                    }
                } finally {
                    busy.remove(group);
                }
            });
        }
    }

    private void join() {
        if (!hasJoined && !isAll()) {
            groups.join(endpoint.group(), endpoint.events());
        }
        hasJoined = true;
    }

    private void deliver(String group) {
        var delivery = groups.take(group, endpoint.batch());
        while (delivery.isPresent()) {
            deliver(delivery.get());
            delivery = isRunAllowed() ? groups.take(group, endpoint.batch()) : Optional.empty();
        }
    }

    private void deliver(Delivery delivery) {
        var failure = process(delivery.group(), delivery.events());
        if (failure == null) {
            groups.acknowledge(delivery);
        } else if (endpoint.counts(failure)) {
            groups.putOff(delivery, failure);
        } else {
            groups.hold(delivery, failure);
        }
    }

    private Throwable process(String group, List<ChangeEvent> events) {
        var exchange = createExchange(false);
        try {
            exchange.getMessage().setHeader("group", group);
            exchange.getMessage().setBody(endpoint.batch() == 1 ? events.get(0) : events);
            getProcessor().process(exchange);
            return exchange.getException();
        } catch (Exception e) {
            return e;
        } finally {
            releaseExchange(exchange, false);
        }
    }
}
