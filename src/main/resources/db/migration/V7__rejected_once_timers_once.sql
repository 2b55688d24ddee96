-- A record is on the list of rejected ones once, as it came last. One without its key is known by its values.
ALTER TABLE caravana.rejected_record RENAME COLUMN created_at TO first_seen_at;
ALTER TABLE caravana.rejected_record
    ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN times bigint NOT NULL DEFAULT 1,
    ADD COLUMN record_key text GENERATED ALWAYS AS (coalesce(sys_id, md5(CAST(record AS text)))) STORED;
UPDATE caravana.rejected_record AS kept SET last_seen_at = first_seen_at, times = known.times, first_seen_at = known.first
FROM (SELECT max(id) AS id, count(*) AS times, min(first_seen_at) AS first
      FROM caravana.rejected_record GROUP BY table_name, record_key) AS known
WHERE kept.id = known.id;
DELETE FROM caravana.rejected_record AS earlier USING caravana.rejected_record AS later
WHERE earlier.table_name = later.table_name AND earlier.record_key = later.record_key AND earlier.id < later.id;
CREATE UNIQUE INDEX rejected_record_key ON caravana.rejected_record (table_name, record_key);

-- Who does what a timer asks all processes to (ShedLock). It writes UTC without a zone: with one, processes in different
-- zones would take the same moment for different ones.
CREATE TABLE caravana.shedlock (
    name       text PRIMARY KEY,
    lock_until timestamp NOT NULL,
    locked_at  timestamp NOT NULL,
    locked_by  text NOT NULL
);

-- The last execution of a job, among very many of another.
CREATE INDEX servicenow_execution_log_type ON caravana.servicenow_execution_log (execution_type, started_at DESC);
