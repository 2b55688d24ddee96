package io.caravana.database;

/** The server behind the connection pool, from before the first connection until after the last one. */
interface DatabaseServer extends AutoCloseable {

    /** Where it is. */
    Database database();

    @Override
    void close();

    /** A server that somebody else runs. */
    record External(Database database) implements DatabaseServer {

        @Override
        public void close() {
            // not ours to stop
        }
    }
}
