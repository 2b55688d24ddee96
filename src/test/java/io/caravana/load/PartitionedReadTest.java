package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.catalog.Window;
import io.caravana.execution.log.ExecutionView;
import io.caravana.pipeline.PagePermits;
import io.caravana.servicenow.SourceRecord;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Request;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.ZoneOffset;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Large tables: ranges of keys side by side, inside the limits of the instance. */
@TestPropertySource(
        properties = {
            "caravana.simulator.incidents=1500",
            "caravana.simulator.latency=20ms",
            "caravana.servicenow.page-size=50",
            "caravana.servicenow.max-page-size=50",
            "caravana.servicenow.partition-threshold=200",
            "caravana.servicenow.partitions=16",
            "caravana.servicenow.max-concurrent=4",
            "caravana.servicenow.response-timeout=2s",
            "caravana.pages-at-once=2"
        })
class PartitionedReadTest extends LoadTest {

    @Autowired
    private PagePermits permits;

    @Autowired
    private MeterRegistry meters;

    private final Window whole = new Window(BEGINNING, TODAY, ZoneOffset.UTC);

    @Test
    void a_large_table_is_read_side_by_side_and_whole() {
        simulator.clearRequests();
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(simulator.requests().stream()
                        .filter(this::isRange)
                        .map(Request::parameters)
                        .distinct())
                .hasSizeGreaterThan(15);
        assertThat(comparison().assertEqual(table("incident"), whole)).isGreaterThan(1_400);
    }

    @Test
    void a_table_that_fails_in_one_range_ends_when_its_others_have_ended_and_is_not_asked_for_again() {
        loaded("incidents");
        simulator.clearRequests();
        loaded("incidents");
        var whole = requestsForIncidents();
        simulator.clearRequests();
        simulator.faults().add(Fault.status(403).on("incident").at(6));
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "500").on("incident"));

        var incident = byTable(load("incidents")).get("incident");

        assertThat(incident.status()).isEqualTo("error");
        assertThat(incident.error()).contains("403");
        simulator.faults().clear();
        loaded("choices");
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        assertThat(requestsForIncidents())
                .as("requests: each was answered with a page that is stored, but for the refused one")
                .isEqualTo(incident.pages() + 1)
                .as("requests, beside the %s of a whole read", whole)
                .isLessThan(whole / 2);
    }

    private long requestsForIncidents() {
        return simulator.requests().stream()
                .filter(request -> request.table().equals("incident"))
                .count();
    }

    @Test
    void no_more_requests_are_in_flight_than_configured() {
        simulator.clearRequests();
        loaded("incidents");
        assertThat(simulator.counters().maximumInFlight()).isEqualTo(4);
    }

    @Test
    void no_more_pages_are_stored_at_once_than_configured() {
        loaded("incidents");
        jdbc.sql("UPDATE servicenow.incident SET etl_fingerprint = NULL").update();
        jdbc.sql("CREATE TABLE public.writers (number bigint)").update();
        jdbc.sql("""
                CREATE FUNCTION public.note_writers() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO public.writers SELECT count(*) FROM pg_stat_activity
                  WHERE state = 'active' AND query LIKE 'WITH source AS%';
                  RETURN NULL;
                END $$""").update();
        jdbc.sql("""
                CREATE TRIGGER note_writers AFTER INSERT ON servicenow.incident
                FOR EACH STATEMENT EXECUTE FUNCTION public.note_writers()""").update();
        try {
            loaded("incidents");
            assertThat(jdbc.sql("SELECT max(number) FROM public.writers")
                            .query(Long.class)
                            .single())
                    .isEqualTo(2);
        } finally {
            jdbc.sql("DROP FUNCTION public.note_writers CASCADE").update();
            jdbc.sql("DROP TABLE public.writers").update();
        }
    }

    @Test
    void a_page_that_waits_to_be_worked_on_is_not_in_flight() throws InterruptedException {
        simulator.clearRequests();
        permits.acquire();
        permits.acquire();
        String id;
        try {
            id = jobs.start("incidents", BEGINNING, TODAY).id();
            await().during(Duration.ofMillis(200))
                    .until(() -> !simulator.requests().isEmpty()
                            && meters.get("caravana.servicenow.in.flight")
                                            .gauge()
                                            .value()
                                    == 0);
            assertThat(pagesAsked()).isZero();
        } finally {
            permits.release();
            permits.release();
        }
        assertThat(end(id).status()).isEqualTo("success");
        assertThat(pagesAsked()).isGreaterThan(15);
    }

    @Test
    void a_page_that_is_stored_is_not_held_while_the_next_is_waited_for() {
        simulator.clearRequests();
        simulator
                .faults()
                .add(Fault.of(Kind.DELAY)
                        .with("millis", "1500")
                        .on("incident")
                        .at(8)
                        .times(100));
        var id = jobs.start("incidents", BEGINNING, TODAY).id();
        // fewer than one page has: single records of counts may be left
        await().until(() -> pagesAsked() > 8 && recordsInHeap() < 50);
        assertThat(executions.find(id).orElseThrow().hasEnded()).isFalse();
        simulator.faults().clear();
        assertThat(end(id).status()).isEqualTo("success");
    }

    private static long recordsInHeap() throws JMException {
        var histogram = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return histogram
                .toString()
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 3 && words[3].equals(SourceRecord.class.getName()))
                .mapToLong(words -> Long.parseLong(words[1]))
                .sum();
    }

    private long pagesAsked() {
        return simulator.requests().stream()
                .filter(request -> request.path().endsWith("/table/incident"))
                .count();
    }

    @Test
    void faults_of_all_kinds_in_a_read_side_by_side_lose_no_row() {
        loaded("incidents");
        var before = versions("incident");
        for (var kind : new Kind[] {
            Kind.RESET, Kind.CUT_BODY, Kind.BROKEN_CUT, Kind.BROKEN_WITH_ERROR, Kind.LOGIN_PAGE, Kind.SEMAPHORE
        }) {
            simulator.faults().add(Fault.of(kind).on("incident").sometimes(0.03));
        }
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(incident.unchanged()).isEqualTo(count("incident"));
        assertThat(versions("incident")).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"DELAY", "SLOW_BODY"})
    void an_answer_that_takes_too_long_is_asked_for_again(Kind kind) {
        loaded("incidents");
        var before = versions("incident");
        simulator
                .faults()
                .add(Fault.of(kind).with("millis", "3000").on("incident").at(7));
        var execution = loaded("incidents");
        assertThat(byTable(execution).get("incident").verdict()).isEqualTo("complete");
        assertThat(versions("incident")).isEqualTo(before);
        assertThat(failures(execution)).isPositive();
    }

    @Test
    void a_body_that_comes_slowly_is_waited_for() {
        simulator
                .faults()
                .add(Fault.of(Kind.SLOW_BODY)
                        .with("millis", "300")
                        .on("incident")
                        .at(3));
        var execution = loaded("incidents");
        assertThat(byTable(execution).get("incident").verdict()).isEqualTo("complete");
        assertThat(failures(execution)).isZero();
    }

    private long failures(ExecutionView execution) {
        return jdbc.sql("SELECT failed_api_requests FROM caravana.servicenow_execution_log WHERE execution_id = ?")
                .param(execution.executionId())
                .query(Long.class)
                .single();
    }

    @Test
    void a_transaction_that_postgresql_ends_in_a_range_is_tried_again() {
        loaded("incidents");
        jdbc.sql("DELETE FROM servicenow.incident WHERE sys_id > '1'").update();
        jdbc.sql("CREATE SEQUENCE public.tries").update();
        jdbc.sql("""
                CREATE FUNCTION public.end_session() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN
                  IF nextval('public.tries') IN (4, 9) THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                  RETURN NULL;
                END $$""").update();
        jdbc.sql(
                        "CREATE TRIGGER end_session AFTER INSERT ON servicenow.incident FOR EACH STATEMENT EXECUTE FUNCTION public.end_session()")
                .update();
        try {
            var incident = byTable(loaded("incidents")).get("incident");
            assertThat(jdbc.sql("SELECT last_value FROM public.tries")
                            .query(Integer.class)
                            .single())
                    .isGreaterThan(9);
            assertThat(incident.inserted()).isPositive();
            assertThat(incident.inserted() + incident.unchanged()).isEqualTo(incident.recordsExtracted());
        } finally {
            jdbc.sql("DROP FUNCTION public.end_session CASCADE").update();
            jdbc.sql("DROP SEQUENCE public.tries").update();
        }
        assertThat(comparison().assertEqual(table("incident"), whole)).isGreaterThan(1_400);
    }

    @Test
    void a_range_that_fails_ends_the_table_and_deletes_nothing() {
        loaded("incidents");
        var before = versions("incident");
        simulator.faults().add(Fault.status(403).on("incident").at(9));
        var incident = byTable(load("incidents")).get("incident");
        assertThat(incident.status()).isEqualTo("error");
        assertThat(incident.error()).contains("403");
        assertThat(versions("incident")).isEqualTo(before);
    }

    @Test
    void a_giant_row_is_rejected_by_its_key_and_the_rest_is_loaded() {
        loaded("incidents");
        var rows = count("incident");
        var giant = simulator.rows("incident").get(700).get("sys_id");
        simulator.faults().add(Fault.of(Kind.GIANT_ROW).with("sys_id", giant).on("incident"));

        var execution = loaded("incidents");

        var incident = byTable(execution).get("incident");
        assertThat(incident.rejected()).isEqualTo(1);
        assertThat(incident.unchanged()).isEqualTo(rows - 1);
        assertThat(count("incident")).isEqualTo(rows);
        assertThat(jdbc.sql("SELECT sys_id || ' ' || reason FROM caravana.rejected_record WHERE execution_id = ?")
                        .param(execution.executionId())
                        .query(String.class)
                        .single())
                .startsWith(giant + " cannot be read: table incident");
    }

    @Test
    void ranges_side_by_side_are_read_whole_where_answers_are_cut() {
        loaded("incidents");
        simulator.faults().add(Fault.of(Kind.ROW_CAP).with("rows", "20").on("incident"));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(incident.unchanged()).isEqualTo(count("incident"));
    }

    @Test
    void too_many_requests_at_once_cost_time_and_no_rows() {
        loaded("incidents");
        simulator.faults().add(Fault.of(Kind.SEMAPHORE).on("incident").at(5).times(3));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.unchanged()).isEqualTo(count("incident"));
    }

    @ParameterizedTest
    @CsvSource({"429, seconds", "429, date", "503, date"})
    void a_wait_is_shown_while_it_lasts(int status, String form) {
        loaded("choices");
        simulator
                .faults()
                .add(Fault.status(status)
                        .with("retry-after", "2")
                        .with("as", form)
                        .on("sys_choice")
                        .times(1));
        var id = jobs.start("choices", null, null).id();
        await().until(() -> executions.find(id).orElseThrow().tables().get(0).waitingUntil() != null);
        var ended = end(id);
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");
        assertThat(ended.tables().get(0).waitingUntil()).isNull();
    }

    private boolean isRange(Request request) {
        return request.table().equals("incident")
                && request.parameters().get("sysparm_query").matches(".*sys_id(>=|<).*");
    }
}
