-- Actions on change events: subscriptions, a queue that is fair to projects, effects; the hosts and secrets of a project.
ALTER TABLE caravana.action_project ADD COLUMN hosts text[] NOT NULL DEFAULT '{}';

-- A value sealed with AES-256-GCM: 12 bytes of nonce, then the rest.
CREATE TABLE caravana.action_secret (
    project    uuid  NOT NULL REFERENCES caravana.action_project ON DELETE CASCADE,
    name       text  NOT NULL,
    key_id     text  NOT NULL,
    sealed     bytea NOT NULL,
    updated_by text,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (project, name)
);

-- A code that runs on change events. It is the consumer group action.<id>.
CREATE TABLE caravana.action_subscription (
    id         uuid PRIMARY KEY,
    code       uuid   NOT NULL REFERENCES caravana.action_code ON DELETE CASCADE,
    events     text[] NOT NULL,
    -- only of these tables; empty: of all
    tables     text[] NOT NULL,
    -- only where these columns have one of these values after the change
    condition  jsonb  NOT NULL,
    -- what whoever subscribed may see; NULL: everything
    companies  text[],
    groups     text[],
    created_by text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE caravana.action_run
    ADD COLUMN project uuid REFERENCES caravana.action_project ON DELETE CASCADE,
    ADD COLUMN subscription uuid,
    ADD COLUMN event text,
    -- what happened, as the code was told
    ADD COLUMN event_data jsonb,
    ADD COLUMN attempt integer NOT NULL DEFAULT 1;
UPDATE caravana.action_run AS r SET project = c.project FROM caravana.action_code AS c WHERE c.id = r.code;
ALTER TABLE caravana.action_run ALTER COLUMN project SET NOT NULL;
-- an event that is delivered twice runs a code once
CREATE UNIQUE INDEX action_run_once ON caravana.action_run (subscription, event) WHERE cause = 'event';
DROP INDEX caravana.action_run_open;
CREATE INDEX action_run_open ON caravana.action_run (project, cause) WHERE status = 'started';

-- Runs that wait. Apart from action_run, as it is read and deleted from all the time.
CREATE TABLE caravana.action_queue (
    run     uuid PRIMARY KEY REFERENCES caravana.action_run ON DELETE CASCADE,
    project uuid NOT NULL,
    due_at  timestamptz NOT NULL
);
CREATE INDEX action_queue_due ON caravana.action_queue (project, due_at, run);

-- Whose turn it is: the project that was served longest ago.
CREATE TABLE caravana.action_lane (
    project   uuid PRIMARY KEY REFERENCES caravana.action_project ON DELETE CASCADE,
    served_at timestamptz NOT NULL DEFAULT '-infinity'
);

-- Gives a worker the next run: of the projects with a run that is due and fewer than so many going, the one that was served longest ago.
-- The lock on its lane lets one worker at a time count what it has going.
CREATE FUNCTION caravana.claim_action_run(worker bigint, most integer) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    lane    uuid;
    claimed uuid;
BEGIN
    SELECT l.project INTO lane FROM caravana.action_lane AS l
    WHERE EXISTS (SELECT FROM caravana.action_queue AS q WHERE q.project = l.project AND q.due_at <= clock_timestamp())
      AND (SELECT count(*) FROM caravana.action_run AS r
        WHERE r.project = l.project AND r.status = 'started' AND r.cause IN ('event', 'replay')) < most
    ORDER BY l.served_at LIMIT 1 FOR UPDATE OF l SKIP LOCKED;
    IF lane IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE caravana.action_lane SET served_at = clock_timestamp() WHERE project = lane;
    DELETE FROM caravana.action_queue WHERE run = (
        SELECT run FROM caravana.action_queue WHERE project = lane AND due_at <= clock_timestamp()
        ORDER BY due_at, run LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING run INTO claimed;
    UPDATE caravana.action_run SET status = 'started', owner = worker, updated_at = clock_timestamp() WHERE id = claimed;
    RETURN claimed;
END $$;

-- What runs asked for: carried out after their success, once, or proposed to people.
CREATE TABLE caravana.action_effect (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run        uuid  NOT NULL REFERENCES caravana.action_run ON DELETE CASCADE,
    project    uuid  NOT NULL,
    type       text  NOT NULL CHECK (type IN ('note', 'assignment', 'webhook', 'mail')),
    options    jsonb NOT NULL,
    -- proposed: waits for a person; due: waits to be carried out
    status     text  NOT NULL CHECK (status IN ('proposed', 'due', 'done', 'failed')),
    attempts   integer NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    error      text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX action_effect_due ON caravana.action_effect (due_at) WHERE status = 'due';
CREATE INDEX action_effect_run ON caravana.action_effect (run);
