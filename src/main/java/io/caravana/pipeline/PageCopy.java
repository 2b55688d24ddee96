package io.caravana.pipeline;

import io.caravana.replica.ColumnType;
import io.caravana.replica.CopyRows;
import io.caravana.replica.ReplicaTable;
import io.caravana.replica.ValueText;
import io.caravana.servicenow.SourceRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The step {@code copy-batch}: writes records that the replica does not have by {@code COPY}, on the connection of the
 * page's transaction.
 */
@Component("pageCopy")
final class PageCopy {

    private final JdbcTemplate jdbc;

    PageCopy(DataSource source) {
        jdbc = new JdbcTemplate(source);
    }

    /**
     * Writes checked records whose keys are not in the table.
     *
     * @throws DataAccessException if PostgreSQL refuses one of them, as it does with a key that is there
     */
    public void copy(@Body List<SourceRecord> rows, @ExchangeProperty("load") LoadContext load) {
        var table = load.replica();
        var tally = load.write();
        var began = System.nanoTime();
        var places = places(rows, tally.columns());
        var statement = table.copy(
                places.stream().map(place -> tally.columns().get(place)).toList());
        var written = jdbc.execute((Connection connection) -> {
            var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
            try {
                write(rows, places, load.run().execution().id(), table, tally, new CopyStream(copy));
                return copy.endCopy();
            } catch (IOException e) {
                throw e.getCause() instanceof SQLException refused ? refused : new SQLException(e);
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        });
        load.run().batch(System.nanoTime() - began);
        tally.stored(rows.size(), written, 0);
    }

    private static void write(
            List<SourceRecord> rows,
            List<Integer> places,
            String execution,
            ReplicaTable table,
            PageWrite tally,
            OutputStream out)
            throws IOException {
        var from = places.stream().mapToInt(Integer::intValue).toArray();
        var types = places.stream()
                .map(place -> table.type(tally.columns().get(place)))
                .toArray(ColumnType[]::new);
        var copy = new CopyRows(out);
        for (var row : rows) {
            var text = new ValueText(row);
            copy.begin(from.length + 1);
            for (int n = 0; n < from.length; n++) {
                copy.value(row, from[n], types[n], text);
            }
            copy.text(execution);
        }
        copy.end();
    }

    /** The places of the fields that are stored and that at least one of the records has, as in the statement of a batch. */
    private static List<Integer> places(List<SourceRecord> rows, List<String> columns) {
        var places = new ArrayList<Integer>();
        for (int place = 0; place < columns.size(); place++) {
            if (!columns.get(place).isEmpty() && isAny(rows, place)) {
                places.add(place);
            }
        }
        return places;
    }

    private static boolean isAny(List<SourceRecord> rows, int place) {
        for (var row : rows) {
            if (row.has(place)) {
                return true;
            }
        }
        return false;
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
