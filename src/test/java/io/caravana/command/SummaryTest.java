package io.caravana.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.TableLoadView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

    @Test
    void what_has_changed_in_the_sources_columns_stands_below_the_tables() {
        var out = new StringWriter();
        Summary.print(
                execution(table("groups", null), table("sys_user", "u_rank was integer and is bigint now")),
                true,
                new PrintWriter(out, true));
        assertThat(out.toString().lines().skip(3))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("groups    success  1,200"),
                        line -> assertThat(line).startsWith("sys_user  success  1,200"),
                        line -> assertThat(line).isEqualTo("sys_user: u_rank was integer and is bigint now"),
                        line -> assertThat(line)
                                .isEqualTo("groups: the dictionary shows this account no columns; all are text"));
    }

    private static TableLoadView table(String name, String drift) {
        return new TableLoadView(
                name,
                "success",
                1_200,
                0,
                0,
                1_200,
                0,
                0,
                2,
                2,
                BigDecimal.ONE,
                1_200L,
                0,
                "complete",
                null,
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                drift,
                name.equals("groups") ? "the dictionary shows this account no columns; all are text" : null,
                null);
    }

    private static ExecutionView execution(TableLoadView... tables) {
        return new ExecutionView(
                "e1",
                "configurations",
                "WINDOW",
                "success",
                null,
                null,
                null,
                null,
                null,
                BigDecimal.ONE,
                null,
                "host",
                "user",
                List.of(tables));
    }
}
