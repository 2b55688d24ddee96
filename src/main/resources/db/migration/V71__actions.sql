-- Actions: programs of the customer's on HTTP endpoints and on change events.
CREATE TABLE caravana.action_project (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    created_by text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who may do what in a project: 1 reads, 2 also writes and runs codes, 3 also decides who else may.
CREATE TABLE caravana.action_permission (
    project uuid     NOT NULL REFERENCES caravana.action_project ON DELETE CASCADE,
    email   text     NOT NULL CHECK (email = lower(email)),
    role    smallint NOT NULL CHECK (role BETWEEN 1 AND 3),
    PRIMARY KEY (project, email)
);
CREATE INDEX action_permission_email ON caravana.action_permission (email);

CREATE TABLE caravana.action_code (
    id         uuid PRIMARY KEY,
    project    uuid    NOT NULL REFERENCES caravana.action_project ON DELETE CASCADE,
    name       text    NOT NULL,
    type       text    NOT NULL CHECK (type IN ('flow', 'endpoint')),
    language   text    NOT NULL CHECK (language IN ('python', 'javascript', 'go')),
    timeout    integer NOT NULL CHECK (timeout BETWEEN 5 AND 120),
    -- whether its endpoint is for members of the project only
    protected  boolean NOT NULL DEFAULT true,
    created_by text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX action_code_project ON caravana.action_code (project, created_at DESC);

-- A source never changes: what ran can be looked up.
CREATE TABLE caravana.action_version (
    code       uuid    NOT NULL REFERENCES caravana.action_code ON DELETE CASCADE,
    number     integer NOT NULL,
    sha256     text    NOT NULL,
    source     text    NOT NULL,
    created_by text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (code, number)
);

CREATE TABLE caravana.action_alias (
    code     uuid    NOT NULL,
    name     text    NOT NULL CHECK (name IN ('live', 'test')),
    version  integer NOT NULL,
    moved_by text,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (code, name),
    FOREIGN KEY (code, version) REFERENCES caravana.action_version ON DELETE CASCADE
);

CREATE TABLE caravana.action_run (
    id           uuid PRIMARY KEY,
    code         uuid    NOT NULL REFERENCES caravana.action_code ON DELETE CASCADE,
    version      integer NOT NULL,
    -- what made it run: endpoint, call, test, event, replay
    cause        text    NOT NULL,
    status       text    NOT NULL CHECK (status IN ('queued', 'started', 'completed', 'failed')),
    failure      text,
    line         integer,
    method       text,
    params       jsonb   NOT NULL DEFAULT '{}',
    body         text,
    headers      jsonb   NOT NULL DEFAULT '{}',
    -- the answer's body, or why it failed
    result       text,
    extra        jsonb   NOT NULL DEFAULT '{}',
    engine       text,
    exit_code    integer,
    wall_millis  bigint,
    cpu_millis   bigint,
    peak_kib     bigint,
    output_bytes bigint,
    -- the worker that runs it: caravana.worker
    owner        bigint,
    created_by   text,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX action_run_code ON caravana.action_run (code, created_at DESC, id);
CREATE INDEX action_run_age ON caravana.action_run (created_at);
CREATE INDEX action_run_open ON caravana.action_run (owner) WHERE status = 'started';

-- Calls of a code in the minute that runs, counted for all workers together.
CREATE UNLOGGED TABLE caravana.action_rate (
    code  uuid PRIMARY KEY,
    since timestamptz NOT NULL,
    calls integer     NOT NULL
) WITH (fillfactor = 50);

-- What codes have logged, in a partition for each UTC day.
CREATE TABLE caravana.action_log (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    run        uuid        NOT NULL,
    code       uuid        NOT NULL,
    type       text        NOT NULL,
    content    text        NOT NULL,
    created_at timestamptz NOT NULL
) PARTITION BY RANGE (created_at);
CREATE INDEX action_log_run ON caravana.action_log (run, id);
CREATE INDEX action_log_code ON caravana.action_log (code, id);
CREATE INDEX action_log_id ON caravana.action_log (id);
CREATE TABLE caravana.action_log_other PARTITION OF caravana.action_log DEFAULT;

-- Creates the partitions of tomorrow and the day after, and drops the days that lie entirely before a moment. Returns how many it dropped.
CREATE FUNCTION caravana.turn_action_log(moment timestamptz) RETURNS integer LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
DECLARE
    today   date := (now() AT TIME ZONE 'UTC')::date;
    day     date;
    old     regclass;
    dropped integer := 0;
BEGIN
    FOR day IN SELECT today + n FROM generate_series(1, 2) AS n LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS caravana.%I PARTITION OF caravana.action_log FOR VALUES FROM (%L) TO (%L)',
            'action_log_' || to_char(day, 'YYYYMMDD'), day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    END LOOP;
    FOR old IN
        SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'caravana.action_log'::regclass AND relname ~ '^action_log_\d{8}$'
          AND to_date(right(relname, 8), 'YYYYMMDD') + 1 <= moment AT TIME ZONE 'UTC'
    LOOP
        EXECUTE 'DROP TABLE ' || old;
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM caravana.action_log_other WHERE created_at < moment;
    RETURN dropped;
END $$;
