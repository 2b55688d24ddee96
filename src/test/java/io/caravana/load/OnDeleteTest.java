package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** Tables that say themselves what becomes of a row that the source no longer has. */
@TestPropertySource(
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/on-delete-config",
            "caravana.live.lag=0s"
        })
class OnDeleteTest extends LoadTest {

    private static final LocalDate DAY = LocalDate.of(2001, 1, 1);
    private static final Window PERIOD = new Window(DAY, DAY, ZoneOffset.UTC);
    private static final String MARKED = "change_task";
    private static final String KEPT = "sc_task";
    private static final String UNBOUNDED = "incident_task";

    static {
        try {
            var folder = Files.createDirectories(Path.of("target/on-delete-config"));
            Files.copy(
                    Path.of("config/application.yaml"),
                    folder.resolve("application.yaml"),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(
                    folder.resolve("tables.yaml"),
                    Files.readString(Path.of("config/tables.yaml"))
                            .replace("source: change_task\n", "source: change_task\n      on-delete: soft\n")
                            .replace("source: sc_task\n", "source: sc_task\n      on-delete: keep\n")
                            .replace("source: incident_task\n", "source: incident_task\n      delete-share: 1\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void fiveHundredRows() {
        for (var table : List.of(MARKED, KEPT, UNBOUNDED)) {
            jdbc.sql("DROP TABLE IF EXISTS servicenow." + table).update();
            simulator.rows(table).forEach(row -> {
                if (row.get("sys_created_on").startsWith("2001")) {
                    simulator.delete(table, row.get("sys_id"));
                }
            });
            var model = simulator.rows(table).get(0);
            IntStream.range(0, 500).forEach(number -> simulator.put(table, row(model, number)));
        }
        jdbc.sql("DELETE FROM caravana.watermark").update();
    }

    private static Map<String, String> row(Map<String, String> model, int number) {
        var row = new HashMap<>(model);
        row.put("sys_id", "%032x".formatted(number));
        row.put("sys_created_on", "2001-01-01 00:00:00");
        row.put("sys_updated_on", "2001-01-01 00:00:00");
        return row;
    }

    @Test
    void a_source_that_shrinks_from_500_rows_to_300_leaves_300_live_rows_and_200_marked_ones() {
        loaded("tickets", DAY, DAY);
        assertThat(live()).isEqualTo(500);
        delete(MARKED, 200);

        assertThat(byTable(loaded("tickets", DAY, DAY)).get(MARKED).deleted()).isEqualTo(200);

        assertThat(live()).isEqualTo(300);
        assertThat(marked()).isEqualTo(200);
        comparison().assertEqual(table(MARKED), PERIOD);
    }

    @Test
    void a_row_that_is_marked_already_is_neither_marked_nor_counted_again() {
        loaded("tickets", DAY, DAY);
        delete(MARKED, 3);
        loaded("tickets", DAY, DAY);
        var before = versions(MARKED);
        assertThat(byTable(loaded("tickets", DAY, DAY)).get(MARKED).deleted()).isZero();
        loaded("comparison", null, null);
        assertThat(versions(MARKED)).isEqualTo(before);
    }

    @Test
    void a_record_that_is_there_again_loses_its_mark_also_when_no_value_has_changed() {
        loaded("tickets", DAY, DAY);
        var row = simulator.row(MARKED, "%032x".formatted(7)).orElseThrow();
        simulator.delete(MARKED, row.get("sys_id"));
        loaded("tickets", DAY, DAY);
        assertThat(marked()).isEqualTo(1);
        simulator.put(MARKED, row);

        var table = byTable(loaded("tickets", DAY, DAY)).get(MARKED);

        assertThat(table.updated()).isEqualTo(1);
        assertThat(table.unchanged()).isEqualTo(499);
        assertThat(marked()).isZero();
    }

    @Test
    void the_jobs_that_follow_changes_and_compare_keys_mark_too() {
        loaded("live", null, null);
        var rows = count(MARKED);
        var told = simulator.row(MARKED, "%032x".formatted(1)).orElseThrow();
        simulator.delete(MARKED, told.get("sys_id"));
        assertThat(byTable(loaded("live", null, null)).get(MARKED).deleted()).isEqualTo(1);
        assertThat(marked()).isEqualTo(1);

        simulator.delete(MARKED, "%032x".formatted(2));
        simulator.put(MARKED, told);
        assertThat(byTable(loaded("comparison", null, null)).get(MARKED).deleted())
                .isEqualTo(1);

        assertThat(count(MARKED)).isEqualTo(rows);
        assertThat(jdbc.sql("SELECT sys_id FROM servicenow.change_task WHERE etl_deleted_at IS NOT NULL")
                        .query(String.class)
                        .list())
                .containsExactly("%032x".formatted(2));
    }

    @Test
    void a_table_that_keeps_its_rows_loses_none_however_they_are_found() {
        loaded("live", null, null);
        var before = versions(KEPT);
        delete(KEPT, 10);
        for (var job : List.of("live", "comparison")) {
            assertThat(byTable(loaded(job, null, null)).get(KEPT).deleted()).isZero();
        }
        delete(KEPT, 400);
        assertThat(byTable(loaded("tickets", DAY, DAY)).get(KEPT).deleted()).isZero();
        assertThat(versions(KEPT)).isEqualTo(before);
    }

    @Test
    void more_than_half_is_taken_away_where_the_table_allows_it() {
        loaded("incidents", DAY, DAY);
        delete(UNBOUNDED, 499);
        assertThat(byTable(loaded("incidents", DAY, DAY)).get(UNBOUNDED).deleted())
                .isEqualTo(499);
    }

    @Test
    void more_than_half_is_not_marked_either() {
        loaded("tickets", DAY, DAY);
        delete(MARKED, 251);
        var execution = load("tickets", DAY, DAY);
        assertThat(byTable(execution).get(MARKED).status()).isEqualTo("error");
        assertThat(marked()).isZero();
    }

    private void delete(String table, int rows) {
        IntStream.range(0, rows).forEach(number -> simulator.delete(table, "%032x".formatted(number)));
    }

    private long live() {
        return countWhere("IS NULL");
    }

    private long marked() {
        return countWhere("IS NOT NULL");
    }

    private long countWhere(String mark) {
        return jdbc.sql("SELECT count(*) FROM servicenow.change_task WHERE etl_deleted_at " + mark)
                .query(Long.class)
                .single();
    }
}
