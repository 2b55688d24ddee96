-- A process that runs loads. When its time is over it counts as gone, whether it died or sleeps.
CREATE TABLE caravana.instance (
    key         bigint PRIMARY KEY,
    hostname    text NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    alive_until timestamptz NOT NULL
);

-- Who may write to a replica table. Each transaction that does holds its row; the token of a lease never comes again.
CREATE SEQUENCE caravana.fencing_token;
CREATE TABLE caravana.table_lease (
    table_name   text PRIMARY KEY,
    token        bigint NOT NULL DEFAULT nextval('caravana.fencing_token'),
    execution_id text NOT NULL,
    instance_key bigint NOT NULL REFERENCES caravana.instance,
    since        timestamptz NOT NULL DEFAULT now()
);

-- How far a table load has come, a row a range of keys. It moves in the transaction of each page, and counts what that
-- page brought, so that an interrupted load goes on with exact numbers.
CREATE TABLE caravana.checkpoint (
    execution_id text NOT NULL,
    table_name   text NOT NULL,
    -- 0: the whole table, until it is split into ranges
    part         integer NOT NULL,
    definition   text NOT NULL,
    from_key     text,
    to_key       text,
    at_sys_id    text,
    -- rows behind that key which are hidden a page long and were passed over
    hidden_rows  integer NOT NULL DEFAULT 0,
    done         boolean NOT NULL DEFAULT false,
    source_count bigint,
    pages        bigint NOT NULL DEFAULT 0,
    without_key  bigint NOT NULL DEFAULT 0,
    inserted     bigint NOT NULL DEFAULT 0,
    updated      bigint NOT NULL DEFAULT 0,
    unchanged    bigint NOT NULL DEFAULT 0,
    rejected     bigint NOT NULL DEFAULT 0,
    moved_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (execution_id, table_name, part),
    FOREIGN KEY (execution_id, table_name) REFERENCES caravana.table_load ON DELETE CASCADE
);
