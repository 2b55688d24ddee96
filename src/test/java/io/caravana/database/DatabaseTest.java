package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.error.StartException;
import org.junit.jupiter.api.Test;

class DatabaseTest {

    @Test
    void parameters_of_the_url_are_not_shown_as_they_can_hold_a_password() {
        var database = Database.at("jdbc:postgresql://db.example:5433/dw?user=etl&password=s3cret", "", false);

        assertThat(database)
                .isEqualTo(new Database(
                        "jdbc:postgresql://db.example:5433/dw",
                        "etl",
                        false,
                        "psql -h db.example -p 5433 -U etl -d dw"));
    }

    @Test
    void a_configured_user_wins_over_the_urls() {
        assertThat(Database.at("jdbc:postgresql://db.example/dw?user=etl", "loader", false)
                        .psql())
                .isEqualTo("psql -h db.example -p 5432 -U loader -d dw");
    }

    @Test
    void a_url_of_another_form_is_refused_without_repeating_it() {
        assertThatThrownBy(() -> Database.at("postgres://etl:s3cret@db.example/dw", "", false))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("caravana.database.url")
                .hasMessageNotContaining("s3cret")
                .extracting(e -> ((StartException) e).action())
                .asString()
                .contains("jdbc:postgresql://host:5432/database");
    }

    @Test
    void the_settings_do_not_print_their_password() {
        var settings = new DatabaseProperties(
                "jdbc:postgresql://db.example/dw?password=s3cret",
                "etl",
                "s3cret",
                16,
                new DatabaseProperties.Embedded(15432));

        assertThat(settings).hasToString("""
                DatabaseProperties[url=jdbc:postgresql://db.example/dw, username=etl, poolSize=16, \
                embedded=Embedded[port=15432]]""");
    }
}
