-- A table that a job of changes could not read, while it read others: it is tried less and less often until it succeeds.
CREATE TABLE caravana.set_aside (
    job        text NOT NULL,
    table_name text NOT NULL,
    reason     text NOT NULL,
    since      timestamptz NOT NULL DEFAULT clock_timestamp(),
    failures   integer NOT NULL DEFAULT 1,
    try_at     timestamptz NOT NULL,
    PRIMARY KEY (job, table_name)
);
