-- The end that was last looked at for notifications: an execution that goes on ends again. What has ended before is past.
ALTER TABLE caravana.servicenow_execution_log ADD COLUMN end_seen timestamptz;
UPDATE caravana.servicenow_execution_log SET end_seen = ended_at;
CREATE INDEX servicenow_execution_log_unseen ON caravana.servicenow_execution_log (ended_at)
    WHERE status <> 'running' AND end_seen IS DISTINCT FROM ended_at;

-- What is wrong with a job, as far as somebody is told.
CREATE TABLE caravana.trouble (
    job         text NOT NULL,
    -- how its last execution ended, that none has succeeded, or that one runs for too long
    watch       text NOT NULL CHECK (watch IN ('end', 'late', 'running')),
    -- tells a trouble from another one; null: nothing is wrong, and a first success is waited for
    fingerprint text,
    since       timestamptz NOT NULL,
    times       bigint NOT NULL DEFAULT 1,
    told_at     timestamptz,
    PRIMARY KEY (job, watch)
);

-- What a channel has to tell, and has told.
CREATE TABLE caravana.notice (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel  text NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    content  json NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    try_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- why the last attempt failed
    failure  text,
    sent_at  timestamptz,
    -- the first notice of the message that it was sent in
    message  bigint
);
CREATE INDEX notice_unsent ON caravana.notice (channel, id) WHERE sent_at IS NULL;
CREATE INDEX notice_sent ON caravana.notice (channel, sent_at);
