package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.Caravana;
import io.caravana.database.TestDatabase;
import io.caravana.execution.Execution;
import io.caravana.execution.ExecutionView;
import io.caravana.execution.Executions;
import io.caravana.job.Jobs;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.apache.camel.test.spring.junit5.UseAdviceWith;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The degree of parallelism of each job, on the real routes with {@code load-table} taken out. */
@CamelSpringBootTest
@UseAdviceWith
@SpringBootTest(classes = Caravana.class, properties = "caravana.simulator.incidents=1")
class MulticastRouteTest {

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
    }

    @Autowired
    CamelContext camel;

    @Autowired
    Jobs jobs;

    @Autowired
    Executions executions;

    private static final Map<String, Gate> GATES = Map.of("incidents", new Gate(4), "configurations", new Gate(3));

    @BeforeEach
    void takeTheTablesOut() throws Exception {
        if (camel.isStarted()) {
            return;
        }
        AdviceWith.adviceWith(
                camel,
                "load-table",
                route -> route.weaveAddFirst()
                        .process(MulticastRouteTest::standIn)
                        .stop());
        camel.start();
    }

    /** In place of a table's load: waits at the job's gate; fails where there is none. */
    private static void standIn(Exchange exchange) throws InterruptedException {
        var job = exchange.getProperty("execution", Execution.class).job();
        if (!GATES.containsKey(job)) {
            throw new IllegalStateException("lost");
        }
        GATES.get(job).pass();
    }

    @ParameterizedTest
    @ValueSource(strings = {"incidents", "configurations"})
    void a_job_loads_as_many_tables_side_by_side_as_it_has_threads(String job) throws Exception {
        var gate = GATES.get(job);
        jobs.start(job, null, null);
        assertThat(gate.full.await(10, TimeUnit.SECONDS)).as("as many").isTrue();
        assertThat(gate.tooMany.await(300, TimeUnit.MILLISECONDS)).as("more").isFalse();
        gate.open.countDown();
    }

    @Test
    void a_table_that_never_tells_its_end_is_an_error_and_not_a_success() {
        var id = jobs.start("choices", null, null).id();
        var ended = Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
        assertThat(ended.status()).isEqualTo("error");
        assertThat(ended.errorMessage()).contains("sys_choice");
    }

    /** Holds the tables that are being loaded until it is opened. */
    private static final class Gate {
        private final CountDownLatch full;
        private final CountDownLatch tooMany;
        private final CountDownLatch open = new CountDownLatch(1);

        Gate(int threads) {
            full = new CountDownLatch(threads);
            tooMany = new CountDownLatch(threads + 1);
        }

        void pass() throws InterruptedException {
            full.countDown();
            tooMany.countDown();
            open.await();
        }
    }
}
