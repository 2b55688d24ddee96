package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.database.TestDatabase;
import io.caravana.servicenow.SourceRecord;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextArrayTest {

    private static final String[] TEXTS = {
        "plain",
        null,
        "",
        "NULL",
        "a \"quoted\" \\ word",
        "{1,2}",
        "line\nbreak\ttab",
        "Ação 漢字 🙏",
        "7",
        null,
        " space "
    };

    /** An empty value is no value. */
    private final String[] stored =
            Arrays.stream(TEXTS).map(text -> "".equals(text) ? null : text).toArray(String[]::new);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void postgresql_gets_every_text_as_it_was(boolean isBinary) throws SQLException {
        var records = Arrays.stream(TEXTS).map(SourceRecord::of).toList();
        try (var connection = DriverManager.getConnection(TestDatabase.url() + "&binaryTransfer=" + isBinary);
                var query = connection.prepareStatement("SELECT CAST(? AS text[])")) {
            query.setObject(1, new TextArray(records, 0));
            try (var rows = query.executeQuery()) {
                rows.next();
                assertThat((String[]) rows.getArray(1).getArray()).containsExactly(stored);
            }
        }
    }
}
