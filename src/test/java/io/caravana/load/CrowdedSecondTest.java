package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.simulator.Fault;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** More changes in one second than fit into a page. */
@TestPropertySource(properties = {"caravana.servicenow.page-size=5000", "caravana.servicenow.max-page-size=5000"})
class CrowdedSecondTest extends LoadTest {

    private static final String SECOND = "2026-01-31 23:59:59";

    @Test
    void a_pass_that_was_cut_off_inside_a_second_goes_on_inside_it() {
        simulator.rows("sys_choice").forEach(row -> simulator.delete("sys_choice", row.get("sys_id")));
        for (int i = 0; i < 12_000; i++) {
            simulator.put(
                    "sys_choice",
                    Map.of("sys_id", "%032x".formatted(i * 7_919L), "label", "Choice " + i, Table.UPDATED, SECOND));
        }
        jdbc.sql("DELETE FROM caravana.watermark").update();
        jdbc.sql("DROP TABLE IF EXISTS servicenow.sys_choice").update();
        simulator.faults().add(Fault.status(403).on("sys_choice").at(3));
        var cut = byTable(load("live", null, null)).get("sys_choice");
        assertThat(cut.error()).contains("403", "page 3");
        assertThat(count("sys_choice")).isEqualTo(10_000);
        simulator.faults().clear();
        simulator.clearRequests();

        var rest = byTable(loaded("live", null, null)).get("sys_choice");

        assertThat(rest.recordsExtracted()).isEqualTo(2_000);
        assertThat(rest.inserted()).isEqualTo(2_000);
        assertThat(simulator.requests().stream()
                        .filter(request -> request.table().equals("sys_choice"))
                        .map(request -> request.parameters().get("sysparm_query")))
                .singleElement()
                .asString()
                .contains("sys_updated_on>=" + SECOND + "^sys_updated_on>" + SECOND + "^ORsys_id>");
        assertThat(comparison().assertEqual(table("sys_choice"), new Window(BEGINNING, TODAY, ZoneOffset.UTC)))
                .isEqualTo(12_000);
    }
}
