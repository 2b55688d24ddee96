package io.caravana.execution.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.SyncMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunningExecutionsTest {

    private final RunningExecutions running = new RunningExecutions();

    @Test
    void while_its_end_is_noted_an_execution_keeps_the_process_but_not_its_job() {
        running.begin(new Execution("e1", "choices", SyncMode.WINDOW, null, List.of()));
        assertThat(running.findByJob("choices")).isPresent();

        running.markEnding("e1");
        assertThat(running.findByJob("choices")).isEmpty();
        assertThat(running.isNone()).isFalse();

        running.end("e1");
        assertThat(running.isNone()).isTrue();
    }
}
