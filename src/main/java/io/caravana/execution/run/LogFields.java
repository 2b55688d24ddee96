package io.caravana.execution.run;

import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.slf4j.MDC;
import org.springframework.boot.logging.LoggingSystemProperty;

/**
 * What every line of a load says beside its message: the execution, its job, and the table when there is one. They are
 * set where a load begins and go with the work from thread to thread. In JSON they stand below {@code labels}, as ECS has
 * no fields for them.
 */
public final class LogFields {

    static final String EXECUTION = "labels.execution_id";
    static final String JOB = "labels.job";
    static final String TABLE = "labels.table";

    private static final ContextSnapshotFactory FIELDS = ContextSnapshotFactory.builder()
            .contextRegistry(new ContextRegistry().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor()))
            .build();

    private LogFields() {}

    /** Runs work that belongs to an execution. */
    public static void with(Execution execution, Runnable work) {
        with(of(execution), work);
    }

    /** The execution that this thread is at from now on. */
    public static void execution(Execution execution) {
        MDC.setContextMap(of(execution));
    }

    private static Map<String, String> of(Execution execution) {
        return Map.of(EXECUTION, execution.id(), JOB, execution.job());
    }

    /** Runs work that belongs to an execution of which no more is known. */
    public static void with(String executionId, Runnable work) {
        with(Map.of(EXECUTION, executionId), work);
    }

    /** The table that this thread is at from now on, and those that it gives work to; null: none any more. */
    public static void table(String target) {
        if (target == null) {
            MDC.remove(TABLE);
        } else {
            MDC.put(TABLE, target);
        }
    }

    /** The table load that this thread is at, as a key. */
    public static String load() {
        return MDC.get(EXECUTION) + " " + MDC.get(TABLE);
    }

    /** The same threads, whose work says in its lines what the lines said of whoever handed it over. */
    public static ExecutorService handedOn(ExecutorService threads) {
        return ContextExecutorService.wrap(threads, FIELDS);
    }

    /** Whether programs read the log, and not people. */
    public static boolean areForPrograms() {
        var format = System.getProperty(LoggingSystemProperty.CONSOLE_STRUCTURED_FORMAT.getEnvironmentVariableName());
        return format != null && !format.isEmpty();
    }

    private static void with(Map<String, String> fields, Runnable work) {
        var before = MDC.getCopyOfContextMap();
        MDC.setContextMap(fields);
        try {
            work.run();
        } finally {
            MDC.setContextMap(before == null ? Map.of() : before);
        }
    }
}
