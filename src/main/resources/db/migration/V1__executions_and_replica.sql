-- The replica tables, for people. Caravana creates them from config/tables.yaml.
CREATE SCHEMA IF NOT EXISTS servicenow;

-- One row an execution. The columns are those of the log it replaces, plus instance_key.
CREATE TABLE caravana.servicenow_execution_log (
    execution_id            text PRIMARY KEY,
    execution_type          text NOT NULL,
    start_date              date,
    end_date                date,
    started_at              timestamptz NOT NULL,
    ended_at                timestamptz,
    duration_seconds        numeric(12, 3),
    status                  text NOT NULL CHECK (status IN ('running', 'success', 'error', 'cancelled', 'interrupted')),
    total_api_requests      bigint NOT NULL DEFAULT 0,
    failed_api_requests     bigint NOT NULL DEFAULT 0,
    total_api_time_seconds  numeric(12, 3) NOT NULL DEFAULT 0,
    api_success_rate        numeric(5, 2),
    total_db_transactions   bigint NOT NULL DEFAULT 0,
    total_records_processed bigint NOT NULL DEFAULT 0,
    db_time_seconds         numeric(12, 3) NOT NULL DEFAULT 0,
    json_size_kb            numeric(16, 1) NOT NULL DEFAULT 0,
    compressed_size_kb      numeric(16, 1) NOT NULL DEFAULT 0,
    compression_ratio       numeric(8, 2),
    tables_processed        integer NOT NULL DEFAULT 0,
    records_by_table        jsonb NOT NULL DEFAULT '{}',
    error_message           text,
    hostname                text NOT NULL,
    username                text NOT NULL,
    created_at              timestamptz NOT NULL DEFAULT now(),
    -- The advisory lock that the process holds as long as it lives: a running execution whose lock is free has died.
    instance_key            bigint NOT NULL
);

-- A job runs once at a time.
CREATE UNIQUE INDEX servicenow_execution_log_running ON caravana.servicenow_execution_log (execution_type)
    WHERE status = 'running';
CREATE INDEX servicenow_execution_log_started_at ON caravana.servicenow_execution_log (started_at DESC);

-- One table inside an execution.
CREATE TABLE caravana.table_load (
    execution_id      text NOT NULL REFERENCES caravana.servicenow_execution_log ON DELETE CASCADE,
    table_name        text NOT NULL,
    position          integer NOT NULL,
    status            text NOT NULL DEFAULT 'pending'
                      CHECK (status IN ('pending', 'running', 'success', 'error', 'cancelled', 'interrupted')),
    started_at        timestamptz,
    ended_at          timestamptz,
    records_extracted bigint NOT NULL DEFAULT 0,
    inserted          bigint NOT NULL DEFAULT 0,
    updated           bigint NOT NULL DEFAULT 0,
    unchanged         bigint NOT NULL DEFAULT 0,
    deleted           bigint NOT NULL DEFAULT 0,
    rejected          bigint NOT NULL DEFAULT 0,
    pages             bigint NOT NULL DEFAULT 0,
    api_requests      bigint NOT NULL DEFAULT 0,
    api_failures      bigint NOT NULL DEFAULT 0,
    api_seconds       numeric(12, 3) NOT NULL DEFAULT 0,
    db_transactions   bigint NOT NULL DEFAULT 0,
    db_seconds        numeric(12, 3) NOT NULL DEFAULT 0,
    json_bytes        bigint NOT NULL DEFAULT 0,
    wire_bytes        bigint NOT NULL DEFAULT 0,
    source_count      bigint,
    verdict           text,
    error             text,
    PRIMARY KEY (execution_id, table_name)
);

-- The keys that a window read has received, a row a page, until its reconcile.
CREATE TABLE caravana.seen_page (
    execution_id text NOT NULL,
    table_name   text NOT NULL,
    sys_ids      text[] NOT NULL,
    FOREIGN KEY (execution_id, table_name) REFERENCES caravana.table_load ON DELETE CASCADE
);
CREATE INDEX seen_page_load ON caravana.seen_page (execution_id, table_name);

-- Source records that could not be stored. The record is json, not jsonb: it must hold what PostgreSQL's text cannot.
CREATE TABLE caravana.rejected_record (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    execution_id text NOT NULL,
    table_name   text NOT NULL,
    sys_id       text,
    column_name  text,
    reason       text NOT NULL,
    record       json NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rejected_record_load ON caravana.rejected_record (execution_id, table_name);
