package io.caravana.replica;

import io.caravana.connector.ServiceNowAccess;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The instance that this database is a replica of. A load from another one would take all rows for deleted, so it is
 * refused; forgetting to set SERVICENOW_URL is enough to ask for one.
 */
@Component("replicaSource")
public final class ReplicaSource {

    private final JdbcClient jdbc;
    private final ServiceNowAccess access;

    ReplicaSource(JdbcClient jdbc, ServiceNowAccess access) {
        this.jdbc = jdbc;
        this.access = access;
    }

    /**
     * Makes sure that the database is a replica of the instance in use; an empty one becomes it.
     *
     * @throws OtherSourceException if it is a replica of another instance
     */
    public void check() {
        var known = noted().or(this::note).orElseThrow();
        if (!known.equals(access.name())) {
            throw new OtherSourceException(known, access.name());
        }
    }

    /** The instance that the database is a replica of; empty when it is of none yet. */
    public Optional<String> known() {
        var isThere = jdbc.sql("SELECT to_regclass('caravana.replica_source') IS NOT NULL")
                .query(Boolean.class)
                .single();
        return isThere ? noted() : Optional.empty();
    }

    private Optional<String> noted() {
        return jdbc.sql("SELECT url FROM caravana.replica_source")
                .query(String.class)
                .optional();
    }

    /** Another process may be quicker; what it has noted then counts. */
    private Optional<String> note() {
        jdbc.sql("INSERT INTO caravana.replica_source (url) VALUES (?) ON CONFLICT DO NOTHING")
                .param(access.name())
                .update();
        return noted();
    }

    /** A load was asked for from another instance than the one that the database is a replica of. */
    public static final class OtherSourceException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OtherSourceException(String known, String asked) {
            super(
                    "the database is a replica of %s, and the load would be from %s. Set SERVICENOW_URL or DATABASE_URL right; if the instance has moved, change caravana.replica_source"
                            .formatted(known, asked));
        }
    }
}
