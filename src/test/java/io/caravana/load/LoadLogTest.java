package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.caravana.execution.log.ExecutionLog;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.recovery.ExecutionRegistry;
import io.caravana.execution.recovery.Recovery;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.test.context.TestPropertySource;

/** What a load writes to the log, on all of its threads, when all of it is shown. */
@TestPropertySource(
        properties = {
            "caravana.servicenow.partition-threshold=150",
            "caravana.servicenow.partitions=4",
            "caravana.demo=false"
        })
class LoadLogTest extends LoadTest {

    private static final String THREADS = "Camel .* - (seda://run-)?(incidents|configurations)|partition|execution-log";

    private final Lines lines = new Lines();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<Logger> loggers =
            List.of(logger("io.caravana"), logger("org.apache.camel"), logger("org.springframework.jdbc"));

    /** Every line, with what its thread said about it at that moment. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent line) {
            line.prepareForDeferredProcessing();
            all.add(line);
        }
    }

    @BeforeEach
    void listen() {
        lines.start();
        root.addAppender(lines);
        loggers.forEach(logger -> logger.setLevel(Level.DEBUG));
    }

    @AfterEach
    void listen_no_more() {
        root.detachAppender(lines);
        loggers.forEach(logger -> logger.setLevel(null));
    }

    @Test
    void every_line_of_a_load_says_its_execution_and_its_table() {
        simulator.faults().add(Fault.status(503).on("incident").at(3).times(2));
        simulator.faults().add(Fault.status(403).on("task_sla"));
        var execution = ended("incidents");

        assertThat(ofLoads())
                .hasSizeGreaterThan(100)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap())
                        .as(said(line))
                        .containsEntry("labels.execution_id", execution.executionId())
                        .containsEntry("labels.job", "incidents"));
        assertThat(ofLoads())
                .extracting(ILoggingEvent::getThreadName)
                .contains("partition", "execution-log")
                .anyMatch(thread -> thread.endsWith("- incidents"));
        assertThat(ofLoads())
                .filteredOn(this::isAtTable)
                .hasSizeGreaterThan(20)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap().get("labels.table"))
                        .as(said(line))
                        .isIn("incident", "incident_sla", "task_time_worked", "incident_task"));
        assertThat(warnings("Trying again"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap()).containsEntry("labels.table", "incident"));
        assertThat(warnings("incident_sla of incidents failed"))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap()).containsEntry("labels.table", "incident_sla"));
        assertThat(ofLoads())
                .filteredOn(line -> line.getMessage().contains("is done with its tables"))
                .singleElement()
                .satisfies(line -> assertThat(line.getMDCPropertyMap()).doesNotContainKey("labels.table"));
    }

    @Test
    void what_can_be_expected_has_no_stack_trace() {
        simulator.faults().add(Fault.status(403).on("task_sla"));
        simulator.faults().add(Fault.status(500).on("incident"));
        simulator.faults().add(Fault.of(Kind.LOGIN_PAGE).on("incident_task"));
        assertThat(ended("incidents").status()).isEqualTo("error");
        assertThat(warnings(" of incidents failed: ")).hasSize(3);
        assertThat(lines.all)
                .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.INFO))
                .allSatisfy(line ->
                        assertThat(line.getThrowableProxy()).as(said(line)).isNull());
    }

    @Test
    void what_nobody_expects_has_its_whole_stack_trace_once() {
        loaded("choices");
        jdbc.sql("ALTER TABLE caravana.rejected_record RENAME TO not_there").update();
        try {
            ended("choices");
        } finally {
            jdbc.sql("ALTER TABLE caravana.not_there RENAME TO rejected_record").update();
        }
        assertThat(lines.all)
                .filteredOn(line ->
                        line.getThrowableProxy() != null && line.getLevel().isGreaterOrEqual(Level.INFO))
                .singleElement()
                .satisfies(line -> assertThat(ThrowableProxyUtil.asString(line.getThrowableProxy()))
                        .contains(
                                "rejected_record\" does not exist",
                                "Caused by: org.postgresql.util.PSQLException",
                                "at io.caravana.replica.RejectedRecords.note"));
    }

    @Test
    void no_value_of_a_record_is_in_any_line() {
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .on("sys_user_group")
                        .with("column", "sys_mod_count")
                        .with("value", "a-value-to-be-kept"));
        simulator
                .faults()
                .add(Fault.of(Kind.BROKEN_MALFORMED).on("incident").at(2).times(1));
        simulator.faults().add(Fault.of(Kind.BROKEN_CUT).on("incident_task").times(1));
        ended("configurations");
        ended("incidents");
        var values = simulator.rows("incident").stream()
                .map(row -> row.get("short_description"))
                .distinct()
                .toList();
        assertThat(values).hasSizeGreaterThan(10);
        assertThat(lines.all)
                .extracting(LoadLogTest::said)
                .hasSizeGreaterThan(1000)
                .allSatisfy(said -> assertThat(said)
                        .doesNotContain("a-value-to-be-kept")
                        .doesNotContain(values.toArray(new String[0])));
    }

    /** Waits also for what the threads of the load write last. */
    private ExecutionView ended(String job) {
        var execution = load(job);
        Awaitility.await()
                .until(() -> lines.all.stream()
                        .anyMatch(line -> line.getMessage().contains("is done with its tables")
                                && execution
                                        .executionId()
                                        .equals(line.getMDCPropertyMap().get("labels.execution_id"))));
        return execution;
    }

    private List<ILoggingEvent> ofLoads() {
        return lines.all.stream()
                .filter(line -> line.getThreadName().matches(THREADS))
                .toList();
    }

    private List<ILoggingEvent> warnings(String words) {
        return lines.all.stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN)
                        && line.getFormattedMessage().contains(words))
                .toList();
    }

    /** All that is written by Caravana while it carries a table, as opposed to the job around it. */
    private boolean isAtTable(ILoggingEvent line) {
        Predicate<String> ofJobs = logger -> logger.startsWith("io.caravana.job.")
                || logger.equals("io.caravana.pipeline.JobRoutes")
                || Stream.of(ExecutionLog.class, ExecutionRegistry.class, Recovery.class)
                        .anyMatch(type -> type.getName().equals(logger));
        return !ofJobs.test(line.getLoggerName())
                && (line.getThreadName().equals("partition")
                        || line.getLoggerName().startsWith("io.caravana."));
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    private static String said(ILoggingEvent line) {
        return "%s %s %s %s"
                .formatted(
                        line.getThreadName(),
                        line.getLoggerName(),
                        line.getFormattedMessage(),
                        line.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(line.getThrowableProxy()));
    }
}
