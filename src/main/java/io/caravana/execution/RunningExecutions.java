package io.caravana.execution;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The executions that run in this process. */
@Component("runningExecutions")
public class RunningExecutions {

    private final Map<String, Execution> byId = new ConcurrentHashMap<>();
    private final Set<String> ending = ConcurrentHashMap.newKeySet();

    /**
     * An execution begins, before the database knows of it.
     *
     * @return false if it runs here already
     */
    boolean begin(Execution execution) {
        return byId.putIfAbsent(execution.id(), execution) == null;
    }

    Optional<Execution> get(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Whether an execution runs here, or its end is about to be noted. */
    boolean isHere(String id) {
        return byId.containsKey(id);
    }

    /** The execution of a job that runs here, and of which more is to be noted than its end. */
    Optional<Execution> find(String job) {
        return byId.values().stream()
                .filter(execution -> execution.job().equals(job))
                .filter(execution -> !ending.contains(execution.id()))
                .findAny();
    }

    /** The end of an execution is about to be noted. */
    void markEnding(String id) {
        ending.add(id);
    }

    /** An execution has ended. */
    void end(String id) {
        byId.remove(id);
        ending.remove(id);
    }

    /** Lets an execution end after the pages that it is at; nothing happens if it does not run here. */
    void cancel(String id) {
        var execution = byId.get(id);
        if (execution != null) {
            execution.stop().because(StoppedException.Why.CANCELLED);
        }
    }

    /** Lets all of them end after the pages that they are at. */
    void interruptAll() {
        byId.values().forEach(execution -> execution.stop().because(StoppedException.Why.INTERRUPTED));
    }

    boolean isNone() {
        return byId.isEmpty();
    }
}
