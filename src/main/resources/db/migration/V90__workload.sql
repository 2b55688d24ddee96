-- The plan of a workload engine, for people. Its own words are kept as they are; state is what they mean.
CREATE SCHEMA workload;
COMMENT ON SCHEMA workload IS 'The plan of the workload engine (HCL Workload Automation) and the history of its runs';

CREATE TABLE workload.engine (
    engine        text PRIMARY KEY,
    version       text,
    plan_id       text,
    polled_at     timestamptz,
    full_begun_at timestamptz,
    full_at       timestamptz,
    is_full_done  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE workload.engine IS 'The engine that is followed, and when its plan was read last';
COMMENT ON COLUMN workload.engine.is_full_done IS 'Whether the read of the whole plan that began last has come to its end; it is repeated until it has';
COMMENT ON COLUMN workload.engine.full_at IS 'When the last read of the whole plan began that came to its end';

CREATE TABLE workload.job (
    engine             text NOT NULL,
    id                 text NOT NULL,
    key                text,
    name               text,
    folder             text,
    workstation        text,
    stream_id          text,
    stream_name        text,
    stream_workstation text,
    plan_id            text,
    state              text NOT NULL,
    status             text,
    substatus          text,
    common_status      text,
    priority           integer,
    is_critical        boolean,
    is_late            boolean NOT NULL DEFAULT false,
    late_reason        text,
    is_waiting         boolean NOT NULL DEFAULT false,
    waits_for          text[] NOT NULL DEFAULT '{}',
    scheduled_at       timestamptz,
    starts_at          timestamptz,
    deadline_at        timestamptz,
    started_at         timestamptz,
    ended_at           timestamptz,
    estimated          interval,
    run_id             text,
    attempt            integer,
    failed_runs        integer NOT NULL DEFAULT 0,
    return_code        integer,
    task_type          text,
    recovery_option    text,
    time_zone          text,
    open_dependencies  integer,
    company            text,
    assignment_group   text,
    engine_says_late   boolean NOT NULL DEFAULT false,
    fingerprint        text NOT NULL,
    read_at            timestamptz NOT NULL,
    changed_at         timestamptz NOT NULL DEFAULT now(),
    gone_at            timestamptz,
    PRIMARY KEY (engine, id)
);
CREATE INDEX job_open ON workload.job (engine, state) WHERE gone_at IS NULL;
CREATE INDEX job_stream_name ON workload.job (engine, stream_name, name);
CREATE INDEX job_name ON workload.job (name);
CREATE INDEX job_of_stream ON workload.job (engine, stream_id);
CREATE INDEX job_id ON workload.job (id);
CREATE INDEX job_gone ON workload.job (gone_at) WHERE gone_at IS NOT NULL;
COMMENT ON TABLE workload.job IS 'One job of a plan as it was seen last; gone_at: when it had left the plan';
COMMENT ON COLUMN workload.job.state IS
    'waiting, ready, running, done, failed, canceled, held, blocked, undecided, suppressed; unknown: a word that Caravana does not know';
COMMENT ON COLUMN workload.job.status IS 'The engine''s internal word, such as HOLD, EXEC, ABEND';
COMMENT ON COLUMN workload.job.is_late IS 'The engine says so, its deadline has passed, or it runs far longer than it used to: late_reason';
COMMENT ON COLUMN workload.job.is_waiting IS 'It should have started five minutes ago, and has not';
COMMENT ON COLUMN workload.job.waits_for IS 'What keeps it from starting: kinds of dependencies, TIME, LIMIT, PRIORITY_ZERO and so on';
COMMENT ON COLUMN workload.job.failed_runs IS 'How many of its runs have failed in this plan';
COMMENT ON COLUMN workload.job.read_at IS 'When the request was sent whose answer changed it last';

CREATE TABLE workload.job_run (
    engine       text NOT NULL,
    run_id       text NOT NULL,
    job_id       text NOT NULL,
    name         text,
    stream_name  text,
    attempt      integer,
    state        text NOT NULL,
    status       text,
    rerun_type   text,
    workstation  text,
    job_number   bigint,
    return_code  integer,
    submitted_at timestamptz,
    started_at   timestamptz,
    ended_at     timestamptz,
    estimated    interval,
    calendar     text,
    read_at      timestamptz NOT NULL,
    PRIMARY KEY (engine, run_id)
);
CREATE INDEX job_run_job ON workload.job_run (job_id, attempt);
CREATE INDEX job_run_name ON workload.job_run (engine, stream_name, name, started_at);
CREATE INDEX job_run_failed ON workload.job_run (ended_at) WHERE state = 'failed';
COMMENT ON TABLE workload.job_run IS 'Every run that was seen; it stays when its job leaves the plan';
COMMENT ON COLUMN workload.job_run.calendar IS 'The kind of its day: weekday, weekend or month-end (the first and the last day of a month)';

CREATE TABLE workload.job_stream (
    engine        text NOT NULL,
    id            text NOT NULL,
    key           text,
    name          text,
    workstation   text,
    plan_id       text,
    state         text NOT NULL,
    status        text,
    common_status text,
    priority      integer,
    job_limit     integer,
    scheduled_at  timestamptz,
    time_zone     text,
    read_at       timestamptz NOT NULL,
    gone_at       timestamptz,
    PRIMARY KEY (engine, id)
);
COMMENT ON TABLE workload.job_stream IS 'The job streams of the plan';

CREATE TABLE workload.dependency (
    engine      text NOT NULL,
    job_id      text NOT NULL,
    id          text NOT NULL,
    kind        text NOT NULL,
    job         text,
    stream      text,
    what        text,
    status      text,
    is_satisfied boolean,
    PRIMARY KEY (engine, job_id, kind, id)
);
CREATE INDEX dependency_of_job ON workload.dependency (job_id);
CREATE INDEX dependency_job ON workload.dependency (engine, job);
CREATE INDEX dependency_stream ON workload.dependency (engine, stream);
COMMENT ON TABLE workload.dependency IS 'What a job waits for: kind is the engine''s word, job or stream the id of that, what its name';

CREATE TABLE workload.workstation (
    engine        text NOT NULL,
    name          text NOT NULL,
    key           text,
    type          text,
    active_states text[] NOT NULL DEFAULT '{}',
    job_limit     integer,
    fence         integer,
    domain_name   text,
    version       text,
    time_zone     text,
    is_ignored    boolean,
    read_at       timestamptz NOT NULL,
    gone_at       timestamptz,
    PRIMARY KEY (engine, name)
);
COMMENT ON TABLE workload.workstation IS 'The workstations of the plan';

CREATE TABLE workload.resource (
    engine             text NOT NULL,
    id                 text NOT NULL,
    key                text,
    name               text,
    quantity           integer,
    quantity_in_use    integer,
    quantity_available integer,
    status             text,
    read_at            timestamptz NOT NULL,
    gone_at            timestamptz,
    PRIMARY KEY (engine, id)
);
COMMENT ON TABLE workload.resource IS 'The resources that jobs share';

CREATE TABLE workload.duration_norm (
    engine      text NOT NULL,
    stream_name text NOT NULL,
    name        text NOT NULL,
    calendar    text NOT NULL,
    runs        bigint NOT NULL,
    median      interval NOT NULL,
    deviation   interval NOT NULL,
    most        interval NOT NULL,
    PRIMARY KEY (engine, stream_name, name, calendar)
);
COMMENT ON TABLE workload.duration_norm IS
    'How long a job''s successful runs last by the kind of day; any: whatever the day. A run longer than most is late';
COMMENT ON COLUMN workload.duration_norm.deviation IS 'The median of the distances from the median';

CREATE TABLE workload.job_ticket (
    engine     text NOT NULL,
    run_id     text NOT NULL,
    job_id     text NOT NULL,
    table_name text NOT NULL,
    sys_id     text NOT NULL,
    number     text,
    found_by   text NOT NULL,
    linked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (engine, run_id, table_name, sys_id)
);
CREATE INDEX job_ticket_job ON workload.job_ticket (job_id);
CREATE INDEX job_ticket_ticket ON workload.job_ticket (sys_id);
COMMENT ON TABLE workload.job_ticket IS 'Which failed run a ticket is about';
COMMENT ON COLUMN workload.job_ticket.found_by IS 'correlation id, column, run in text, or name in text';

-- How far the tickets have been looked at for links.
CREATE TABLE workload.link_place (
    engine text PRIMARY KEY,
    until  timestamptz NOT NULL
);
