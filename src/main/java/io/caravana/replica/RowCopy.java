package io.caravana.replica;

import io.caravana.servicenow.SourceRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Writes records that a replica table does not have by {@code COPY}, on the connection of the current transaction. */
@Component
public final class RowCopy {

    private final JdbcTemplate jdbc;

    RowCopy(DataSource source) {
        jdbc = new JdbcTemplate(source);
    }

    /**
     * Writes checked records whose keys are not in the table.
     *
     * @param columns by the place of their field; empty where a field is not stored
     * @return how many rows were written
     * @throws DataAccessException if PostgreSQL refuses one of them, as it does with a key that exists
     */
    public long copy(ReplicaTable table, List<String> columns, List<SourceRecord> rows, String execution) {
        var places = places(rows, columns);
        var statement = table.copy(IntStream.of(places).mapToObj(columns::get).toList());
        return jdbc.execute((Connection connection) -> {
            var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
            try {
                send(table, columns, places, rows, execution, new CopyStream(copy));
                return copy.endCopy();
            } catch (IOException e) {
                throw e.getCause() instanceof SQLException refused ? refused : new SQLException(e);
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        });
    }

    private static void send(
            ReplicaTable table,
            List<String> columns,
            int[] places,
            List<SourceRecord> rows,
            String execution,
            OutputStream out)
            throws IOException {
        var types = IntStream.of(places)
                .mapToObj(place -> table.type(columns.get(place)))
                .toArray(ColumnType[]::new);
        var fingerprints = new Fingerprints(table, columns);
        var copy = new CopyRows(out);
        for (var row : rows) {
            var text = new ValueText(row);
            copy.begin(places.length + 2);
            for (int n = 0; n < places.length; n++) {
                copy.value(row, places[n], types[n], text);
            }
            copy.number(fingerprints.of(row));
            copy.text(execution);
        }
        copy.end();
    }

    /** The places of the fields that are stored and that at least one of the records has, as in the statement of a batch. */
    private static int[] places(List<SourceRecord> rows, List<String> columns) {
        return IntStream.range(0, columns.size())
                .filter(place -> !columns.get(place).isEmpty() && rows.stream().anyMatch(row -> row.has(place)))
                .toArray();
    }

    /** Passes on what is written. A failure of PostgreSQL is the cause of the stream's. */
    private static final class CopyStream extends OutputStream {
        private final CopyIn copy;

        CopyStream(CopyIn copy) {
            this.copy = copy;
        }

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                copy.writeToCopy(bytes, from, length);
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }
    }
}
