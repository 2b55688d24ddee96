package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path folder;

    private void write(String file, String... lines) throws IOException {
        try (var out = new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(folder.resolve(file))), StandardCharsets.UTF_8)) {
            out.write(String.join("\n", lines));
        }
    }

    private Simulator start() {
        return Simulator.start(SimulatorProperties.defaults().withData(folder.toString()), Desk.FRIDAY);
    }

    @Test
    void a_folder_s_rows_are_served_and_its_changes_are_played_when_asked() throws IOException, InterruptedException {
        write("incident.jsonl.gz", "{\"sys_id\":\"a1\",\"state\":\"1\"}");
        write(
                "incident.changes.jsonl.gz",
                "{\"sys_id\":\"a1\",\"state\":\"2\"}",
                "{\"sys_id\":\"a2\",\"state\":\"1\"}",
                "{\"sys_id\":\"a2\",\"state\":\"7\"}");
        try (var simulator = start()) {
            assertThat(simulator.row("incident", "a1").orElseThrow()).containsEntry("state", "1");

            assertThat(simulator.playChanges("incident", 2)).isEqualTo(2);
            assertThat(simulator.row("incident", "a1").orElseThrow()).containsEntry("state", "2");
            assertThat(simulator.row("incident", "a2").orElseThrow()).containsEntry("state", "1");

            var played =
                    new Client(simulator).send("POST", "/simulator/changes", "{\"table\":\"incident\",\"count\":10}");
            assertThat(played.body()).isEqualTo("{\"played\":1}");
            assertThat(simulator.playChanges("incident", 1)).isZero();
            assertThat(simulator.playChanges("task_sla", 1)).isZero();
        }
    }

    @Test
    void the_dictionary_has_the_columns_of_the_data_with_types_that_fit() throws IOException, InterruptedException {
        write(
                "incident.jsonl.gz",
                "{\"sys_id\":\"a1\",\"state\":\"-100\",\"notify\":\"1\",\"opened_at\":\"2026-01-01 00:00:00\",\"u_when\":\"\"}");
        write(
                "incident.changes.jsonl.gz",
                "{\"sys_id\":\"a1\",\"state\":\"2\",\"notify\":\"Do Not Notify\",\"u_when\":\"2026-01-01 00:00:00\",\"u_code\":\"007\"}");
        try (var simulator = start()) {
            var entries = new Client(simulator)
                    .result(
                            "/api/now/table/sys_dictionary",
                            "sysparm_query",
                            "name=incident^elementISNOTEMPTY^ORDERBYelement",
                            "sysparm_fields",
                            "element,internal_type",
                            "sysparm_exclude_reference_link",
                            "true");
            assertThat(entries.toString())
                    .isEqualTo("[{\"element\":\"notify\",\"internal_type\":\"string\"},"
                            + "{\"element\":\"opened_at\",\"internal_type\":\"glide_date_time\"},"
                            + "{\"element\":\"state\",\"internal_type\":\"integer\"},"
                            + "{\"element\":\"sys_id\",\"internal_type\":\"GUID\"},"
                            + "{\"element\":\"u_code\",\"internal_type\":\"string\"},"
                            + "{\"element\":\"u_when\",\"internal_type\":\"glide_date_time\"}]");
        }
    }

    @Test
    void other_tables_exist_and_are_empty() throws IOException {
        write("incident.jsonl.gz", "{\"sys_id\":\"a1\"}");
        try (var simulator = start()) {
            assertThat(simulator.rows("task_sla")).isEmpty();
            assertThat(simulator.rows("sys_user")).hasSize(1);
        }
    }

    @Test
    void a_folder_that_is_none_and_a_table_without_sys_id_stop_the_start() throws IOException {
        assertThatThrownBy(
                        () -> Simulator.start(SimulatorProperties.defaults().withData("no/such/folder"), Desk.FRIDAY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("caravana.simulator.data");
        write("incident.jsonl.gz", "{\"number\":\"INC1\"}");
        assertThatThrownBy(this::start).hasMessageContaining("no sys_id");
    }

    /** In the size of a helpdesk's months: 28,422 later versions of 12,403 incidents, of which 7,591 are there at first. */
    @Test
    void thousands_of_changes_are_played_in_their_order() throws IOException {
        write("incident.jsonl.gz", lines(7_591, "1"));
        write("incident.changes.jsonl.gz", lines(12_403, "2", 3_616, "6", 12_403, "7"));
        try (var simulator = start()) {
            assertThat(simulator.rows("incident")).hasSize(7_591);
            assertThat(simulator.playChanges("incident", 1_000_000)).isEqualTo(28_422);
            assertThat(simulator.rows("incident"))
                    .hasSize(12_403)
                    .allMatch(row -> row.get("state").equals("7"));
        }
    }

    /** @param runs how many incidents come in which state, one run after the other */
    private static String[] lines(Object... runs) {
        return IntStream.range(0, runs.length / 2)
                .boxed()
                .flatMap(run -> IntStream.range(0, (int) runs[run * 2])
                        .mapToObj("{\"sys_id\":\"%032x\",\"state\":\"%%s\"}"::formatted)
                        .map(line -> line.formatted(runs[run * 2 + 1])))
                .toArray(String[]::new);
    }
}
