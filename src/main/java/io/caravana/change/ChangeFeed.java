package io.caravana.change;

import io.caravana.change.ChangeEvent.Id;
import io.caravana.change.ChangeListener.Follower;
import io.caravana.change.ConsumerGroups.Outlook;
import io.caravana.error.Failures;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Tells this process of every change event, in order, as soon as it can be read; every process hears of all of them. For what must
 * not be missed when the process ends, use a consumer group. Nothing is read until somebody subscribes.
 */
@Component
public class ChangeFeed implements Follower {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
    private static final int AT_ONCE = 500;

    private final ChangeLog log;
    private final ChangeListener listener;
    private final List<Consumer<List<ChangeEvent>>> subscribers = new CopyOnWriteArrayList<>();
    private boolean isFollowing;
    private Id place;

    ChangeFeed(ChangeLog log, ChangeListener listener) {
        this.log = log;
        this.listener = listener;
    }

    /**
     * Calls the subscriber with the events that can be read from now on. It is called by one thread for all subscribers and must not
     * wait; {@link ChangeLog#after} has the events before.
     *
     * @return what ends the subscription
     */
    public synchronized Runnable subscribe(Consumer<List<ChangeEvent>> subscriber) {
        subscribers.add(subscriber);
        if (!isFollowing) {
            isFollowing = true;
            place = log.end();
            listener.add(this);
        }
        return () -> subscribers.remove(subscriber);
    }

    @Override
    public synchronized void look(Outlook outlook) {
        while (outlook.newest() != null && outlook.newest().compareTo(place) > 0) {
            if (subscribers.isEmpty()) {
                place = outlook.newest();
                return;
            }
            var events = log.after(place, AT_ONCE);
            if (events.isEmpty()) {
                return;
            }
            place = events.get(events.size() - 1).id();
            subscribers.forEach(subscriber -> tell(subscriber, events));
        }
    }

    private static void tell(Consumer<List<ChangeEvent>> subscriber, List<ChangeEvent> events) {
        try {
            subscriber.accept(events);
        } catch (RuntimeException e) {
            Failures.log(LOG, "A subscriber failed with change events", e);
        }
    }
}
