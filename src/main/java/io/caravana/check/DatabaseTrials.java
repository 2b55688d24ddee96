package io.caravana.check;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.database.DatabaseFacts;
import io.caravana.replica.ReplicaProperties;
import io.caravana.replica.ReplicaSource;
import java.util.List;
import org.springframework.stereotype.Component;

/** What has to be right with PostgreSQL. */
@Component
final class DatabaseTrials {

    private static final String DATABASE = "database";
    private static final String RIGHTS = "database rights";
    private static final String CONNECTIONS = "database connections";
    private static final String REPLICA = "replica";
    private static final String REACH = "Check DATABASE_URL, DATABASE_USERNAME and DATABASE_PASSWORD";

    private final DatabaseFacts database;
    private final ReplicaSource source;
    private final ServiceNowAccess access;
    private final Catalog catalog;

    DatabaseTrials(DatabaseFacts database, ReplicaSource source, ServiceNowAccess access, Catalog catalog) {
        this.database = database;
        this.source = source;
        this.access = access;
        this.catalog = catalog;
    }

    List<Trial> trials() {
        return List.of(
                new Trial(DATABASE, REACH, this::tryVersion),
                new Trial(RIGHTS, REACH, this::tryRights),
                new Trial(CONNECTIONS, REACH, this::tryConnections),
                new Trial(REPLICA, "The database user must be able to read the schema caravana", this::tryReplica));
    }

    private Finding tryVersion() {
        var found = "PostgreSQL %d at %s".formatted(database.version(), database.url());
        if (database.version() < DatabaseFacts.OLDEST_VERSION) {
            return Finding.wrong(
                    DATABASE, found, "Use a PostgreSQL %d or newer".formatted(DatabaseFacts.OLDEST_VERSION));
        }
        return database.encoding().equals("UTF8")
                ? Finding.fine(DATABASE, found)
                : Finding.warning(
                        DATABASE,
                        "%s, in the encoding %s".formatted(found, database.encoding()),
                        "Records with characters that it lacks will be rejected. Use a database made with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
    }

    private Finding tryRights() {
        var targets = catalog.tables().stream().map(Table::target).toList();
        var foreign = database.foreignTables(ReplicaProperties.SCHEMA, targets);
        if (!foreign.isEmpty()) {
            return Finding.wrong(
                    RIGHTS,
                    "the user %s may not write %d tables that are there, e.g. %s"
                            .formatted(database.user(), foreign.size(), foreign.get(0)),
                    "Use the database user that has made them");
        }
        var grants = database.missingGrants(ReplicaProperties.SCHEMA);
        return grants.isEmpty()
                ? Finding.fine(RIGHTS, "the user %s may create what a load needs".formatted(database.user()))
                : Finding.wrong(
                        RIGHTS,
                        "the user %s may not create what a load needs".formatted(database.user()),
                        "As the owner of the database: " + String.join("; ", grants));
    }

    private Finding tryConnections() {
        var slots = database.slots();
        var words =
                "%d of %d are free, the pool takes up to %d more".formatted(slots.free(), slots.most(), slots.wanted());
        return slots.free() >= slots.wanted()
                ? Finding.fine(CONNECTIONS, words)
                : Finding.warning(CONNECTIONS, words, "Raise max_connections, or lower caravana.database.pool-size");
    }

    private Finding tryReplica() {
        var known = source.known();
        if (known.isEmpty()) {
            return Finding.fine(REPLICA, "of nothing yet; the first load makes it one of " + access.name());
        }
        return known.get().equals(access.name())
                ? Finding.fine(REPLICA, "of " + access.name())
                : Finding.wrong(
                        REPLICA,
                        "of %s, and not of %s".formatted(known.get(), access.name()),
                        "Set SERVICENOW_URL or DATABASE_URL right; if the instance has moved, change caravana.replica_source");
    }
}
