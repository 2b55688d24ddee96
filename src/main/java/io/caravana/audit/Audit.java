package io.caravana.audit;

import io.caravana.error.Failures;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Writes {@code caravana.audit}. What cannot be written there goes to the process's log as an error, and is counted. */
@Component
public class Audit {

    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    private final JdbcClient jdbc;
    private final Counter unwritten;

    Audit(JdbcClient jdbc, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.unwritten = Counter.builder("caravana.audit.unwritten")
                .description("Audit lines that could not be written to the database; the log has them")
                .register(meters);
    }

    /** Writes a line. Never fails: what the line tells of has been done or refused already. */
    public void write(AuditLine line) {
        try {
            jdbc.sql("""
                    INSERT INTO caravana.audit (who, signed_in_by, from_address, method, path, status)
                    VALUES (?, ?, ?, ?, ?, ?)""")
                    .params(line.who(), line.signedInBy(), line.from(), line.method(), line.path(), line.status())
                    .update();
        } catch (DataAccessException | TransactionException e) {
            unwritten.increment();
            Failures.log(LOG, "The database did not take an audit line: %s".formatted(line), e);
        }
    }
}
