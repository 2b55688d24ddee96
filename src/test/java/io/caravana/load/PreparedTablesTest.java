package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;

/** The tables that {@code config/tables.yaml} has ready, all of them switched on. */
@DirtiesContext
@TestPropertySource(
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/prepared-tables-config"
        })
class PreparedTablesTest extends LoadTest {

    static {
        try {
            var folder = Files.createDirectories(Path.of("target/prepared-tables-config"));
            for (var name : List.of("application.yaml", "events.yaml", "sla-rules.yaml")) {
                Files.writeString(folder.resolve(name), Files.readString(Path.of("config", name)));
            }
            var tables = Files.readString(Path.of("config/tables.yaml"));
            Files.writeString(folder.resolve("tables.yaml"), tables.replace("enabled: false", "enabled: true"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void each_of_them_is_loaded_whole() {
        for (var job : periodJobs()) {
            assertThat(loaded(job).tables())
                    .allSatisfy(table ->
                            assertThat(table.verdict()).as(table.table()).isEqualTo("complete"));
        }
        assertThat(catalog.tables())
                .extracting(Table::target)
                .contains(
                        "problem",
                        "change_request",
                        "sc_req_item",
                        "cmdb_ci",
                        "cmn_location",
                        "sys_user_grmember",
                        "sys_journal_field",
                        "sys_attachment");
        var whole = new Window(BEGINNING, TODAY, ZoneOffset.UTC);
        for (var table : catalog.tables()) {
            assertThat(comparison().assertEqual(table, whole))
                    .as(table.target())
                    .isPositive();
        }
    }
}
