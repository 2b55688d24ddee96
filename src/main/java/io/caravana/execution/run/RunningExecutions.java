package io.caravana.execution.run;

import io.caravana.execution.run.StoppedException.Why;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The executions that run in this worker, from before the database knows of them until their end is noted there. */
@Component("runningExecutions")
public class RunningExecutions {

    private final Map<String, Execution> byId = new ConcurrentHashMap<>();
    private final Set<String> ending = ConcurrentHashMap.newKeySet();

    /**
     * An execution begins.
     *
     * @return false if it runs here already
     */
    public boolean begin(Execution execution) {
        return byId.putIfAbsent(execution.id(), execution) == null;
    }

    public Optional<Execution> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The execution of a job that runs here, and of which more is to be noted than its end. */
    public Optional<Execution> findByJob(String job) {
        return byId.values().stream()
                .filter(execution -> execution.job().equals(job) && !ending.contains(execution.id()))
                .findAny();
    }

    /** The end of an execution is about to be noted: who sees it in the database can start the job again. */
    public void markEnding(String id) {
        ending.add(id);
    }

    /** The end of an execution is noted. */
    public void end(String id) {
        byId.remove(id);
        ending.remove(id);
    }

    /** Lets an execution end after the pages that are under way; nothing happens if it does not run here. */
    public void cancel(String id) {
        find(id).ifPresent(execution -> execution.stop().because(Why.CANCELLED));
    }

    /** Lets all of them end after the pages that are under way. */
    public void interruptAll() {
        byId.values().forEach(execution -> execution.stop().because(Why.INTERRUPTED));
    }

    public boolean isNone() {
        return byId.isEmpty();
    }
}
