import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * Runs SQL statements, each in a transaction of its own, and prints what the last one answers and the seconds it took.
 *
 * <p>Usage: {@code java -cp <the PostgreSQL driver> Sql.java JDBC-URL STATEMENT…}
 */
public final class Sql {
    public static void main(String[] args) throws SQLException {
        try (var connection = DriverManager.getConnection(args[0], "postgres", "");
                var statement = connection.createStatement()) {
            var seconds = 0.0;
            var answer = "";
            for (var i = 1; i < args.length; i++) {
                var started = System.nanoTime();
                if (statement.execute(args[i])) {
                    var rows = statement.getResultSet();
                    answer = rows.next() ? rows.getString(1) : "";
                } else {
                    answer = Integer.toString(statement.getUpdateCount());
                }
                seconds = (System.nanoTime() - started) / 1e9;
            }
            System.out.printf("%s %.3f%n", answer, seconds);
        }
    }
}
