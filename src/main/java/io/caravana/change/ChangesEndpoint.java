package io.caravana.change;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** A consumer group as a route names it: {@code changes:<group>?events=incident:*,assignment&batch=100}. */
class ChangesEndpoint extends DefaultEndpoint {

    private final String group;
    private final ConsumerGroups groups;
    private final ChangeListener listener;
    private List<String> events = List.of();
    private int batch = 1;
    private int threads = 1;
    private List<String> poison = List.of();

    ChangesEndpoint(
            String uri, ChangesComponent component, String group, ConsumerGroups groups, ChangeListener listener) {
        super(uri, component);
        this.group = group;
        this.groups = groups;
        this.listener = listener;
    }

    String group() {
        return group;
    }

    List<String> events() {
        return events;
    }

    int batch() {
        return batch;
    }

    int threads() {
        return threads;
    }

    /** Whether a failure of the route counts for its events; if not, their receiver is away, and they wait. */
    boolean counts(Throwable failure) {
        return poison.isEmpty()
                || Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                        .anyMatch(cause -> poison.contains(cause.getClass().getSimpleName()));
    }

    /** The types that the group gets, separated by commas; {@code *} stands for any text, alone for every change. */
    public void setEvents(String events) {
        this.events = split(events);
    }

    /**
     * The exceptions that make an event a dead letter, by the names of their classes without packages. All others say that the
     * receiver is away, and the group waits for it. Without names, every failure counts.
     */
    public void setPoison(String poison) {
        this.poison = split(poison);
    }

    private static List<String> split(String texts) {
        return Arrays.stream(texts.split(","))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    /** How many events the route gets at once: with 1 the body is a {@link ChangeEvent}, otherwise a list of them. */
    public void setBatch(int batch) {
        this.batch = batch;
    }

    /** How many groups are worked for side by side, where the name ends in {@code *}. */
    public void setThreads(int threads) {
        this.threads = threads;
    }

    @Override
    public Consumer createConsumer(Processor route) throws Exception {
        if (events.isEmpty() && !group.endsWith("*")) {
            throw new IllegalArgumentException(
                    "changes:%s has no events: it takes types such as incident:*,assignment, or * for every change"
                            .formatted(group));
        }
        var consumer = new ChangesConsumer(this, route, groups, listener);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException(
                "Change events come from the change log alone: nothing is sent to " + this);
    }

    @Override
    public boolean isSingleton() {
        return true;
    }
}
