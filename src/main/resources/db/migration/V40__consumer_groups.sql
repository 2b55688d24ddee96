-- The change log as typed events, and the groups that follow it. Views and triggers of the change log change: whoever uses them for
-- long stops the start, and not everybody behind it.
SET LOCAL lock_timeout = '1min';

-- Who made the change in ServiceNow, and whose ticket it is, as far as the row says: also when these columns did not change.
ALTER TABLE caravana.change_log ADD COLUMN changed_by text, ADD COLUMN company text, ADD COLUMN assignment_group text,
    ADD COLUMN priority text;
CREATE OR REPLACE VIEW caravana.change_log_settled AS
SELECT * FROM caravana.change_log WHERE xid < pg_snapshot_xmin(pg_current_snapshot());

CREATE OR REPLACE FUNCTION caravana.log_change() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    before jsonb := '{}';
    after  jsonb := '{}';
    diff   jsonb;
    kind   text := 'updated';
BEGIN
    IF TG_OP <> 'INSERT' THEN
        before := jsonb_strip_nulls(to_jsonb(OLD));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := jsonb_strip_nulls(to_jsonb(NEW));
    END IF;
    IF before = '{}' OR before ->> 'etl_deleted_at' IS NOT NULL THEN
        before := '{}';
        kind := 'created';
    END IF;
    IF after = '{}' OR after ->> 'etl_deleted_at' IS NOT NULL THEN
        after := '{}';
        kind := 'deleted';
    END IF;
    SELECT jsonb_object_agg(key, jsonb_build_array(before -> key, after -> key)) INTO diff
    FROM jsonb_object_keys(before || after) AS key
    WHERE before -> key IS DISTINCT FROM after -> key AND key NOT LIKE 'etl\_%';
    IF diff IS NOT NULL THEN
        INSERT INTO caravana.change_log
            (table_name, sys_id, number, kind, changes, execution_id, changed_by, company, assignment_group, priority)
        SELECT TG_TABLE_NAME, record ->> 'sys_id', record ->> 'number', kind, diff, current_setting('caravana.change_log_execution'),
            after ->> 'sys_updated_by', record ->> 'company', record ->> 'assignment_group', record ->> 'priority'
        FROM (VALUES (CASE kind WHEN 'deleted' THEN before ELSE after END)) AS one (record);
        PERFORM pg_notify('caravana_changes', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;

-- What config/events.yaml says, as of the last start of a server.
CREATE TABLE caravana.event_type (
    place   integer PRIMARY KEY,
    type    text NOT NULL,
    tables  text[] NOT NULL,
    kinds   text[] NOT NULL,
    columns text[] NOT NULL,
    "from"  text[] NOT NULL,
    "to"    text[] NOT NULL,
    reaches numeric
);

-- The types of a change, in the order of the configuration.
CREATE FUNCTION caravana.event_types(changed_table text, kind text, changes jsonb) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(t.type ORDER BY t.place), '{}')
    FROM caravana.event_type AS t
    WHERE changed_table = ANY (t.tables) AND kind = ANY (t.kinds) AND (t.columns = '{}' OR EXISTS (
        SELECT FROM unnest(t.columns) AS name
        CROSS JOIN LATERAL (SELECT changes -> name ->> 0 AS before, changes -> name ->> 1 AS after) AS value
        WHERE changes -> name IS NOT NULL
          AND (t."from" = '{}' OR before = ANY (t."from") AND (after = ANY (t."from")) IS NOT TRUE)
          AND (t."to" = '{}' OR after = ANY (t."to") AND (before = ANY (t."to")) IS NOT TRUE)
          AND (t.reaches IS NULL OR CASE WHEN after ~ '^-?\d+(\.\d+)?$' THEN after::numeric >= t.reaches END
            AND CASE WHEN before ~ '^-?\d+(\.\d+)?$' THEN before::numeric >= t.reaches END IS NOT TRUE)))
$$;

CREATE VIEW caravana.change_log_typed AS
SELECT e.*, caravana.event_types(e.table_name, e.kind, e.changes) AS types FROM caravana.change_log_settled AS e;

-- Who follows the change log, and how far each has come.
CREATE TABLE caravana.consumer_group (
    name       text PRIMARY KEY,
    -- the types that it wants, * for any text; '*' alone is every change, whether it has a type or not
    events     text[] NOT NULL,
    -- the last event that was handed over or passed by: every later one is still to come
    xid        xid8 NOT NULL,
    id         bigint NOT NULL,
    -- events that were dropped before the group had dealt with them, as they were older than the hard limit
    lost       bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- An event that was handed over to a group, until the group acknowledges it. Its content stays in change_log.
CREATE TABLE caravana.delivery (
    group_name   text NOT NULL REFERENCES caravana.consumer_group ON DELETE CASCADE,
    xid          xid8 NOT NULL,
    id           bigint NOT NULL,
    committed_at timestamptz NOT NULL,
    table_name   text NOT NULL,
    sys_id       text NOT NULL,
    types        text[] NOT NULL,
    failures     integer NOT NULL DEFAULT 0,
    -- when it may be taken: at once, after a pause, or when the worker that has it has taken too long
    due_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- of the worker that took it last
    token        uuid,
    -- since when it is a dead letter
    dead_at      timestamptz,
    error        text,
    PRIMARY KEY (group_name, xid, id)
);
CREATE INDEX delivery_of_record ON caravana.delivery (group_name, table_name, sys_id, xid, id) WHERE dead_at IS NULL;
CREATE INDEX delivery_due ON caravana.delivery (group_name, due_at) WHERE dead_at IS NULL;
CREATE INDEX delivery_taken ON caravana.delivery (token) WHERE token IS NOT NULL;
CREATE INDEX delivery_dead ON caravana.delivery (group_name, dead_at) WHERE dead_at IS NOT NULL;

-- Hands the next events over to a group: those of the next thousand that it wants, at most as many as keep 5,000 pending.
-- While another worker does so, nothing is done. A dead letter that comes again, by a replay, is pending again.
CREATE FUNCTION caravana.hand_over(to_group text) RETURNS void LANGUAGE sql AS $$
    WITH mine AS (
        SELECT name, events, xid, id,
            (SELECT count(*) FROM caravana.delivery WHERE group_name = name AND dead_at IS NULL) AS pending
        FROM caravana.consumer_group WHERE name = to_group FOR UPDATE SKIP LOCKED
    ), passed AS (
        SELECT mine.events, e.*
        FROM mine CROSS JOIN LATERAL (
            SELECT xid, id, committed_at, table_name, sys_id, types FROM caravana.change_log_typed AS e
            WHERE (e.xid, e.id) > (mine.xid, mine.id)
            ORDER BY e.xid, e.id LIMIT greatest(0, least(1000, 5000 - mine.pending))) AS e
    ), handed AS (
        INSERT INTO caravana.delivery AS d (group_name, xid, id, committed_at, table_name, sys_id, types)
        SELECT to_group, xid, id, committed_at, table_name, sys_id, types FROM passed
        WHERE '*' = ANY (events) OR EXISTS (
            SELECT FROM unnest(types) AS type, unnest(events) AS wanted WHERE type LIKE replace(wanted, '*', '%'))
        ON CONFLICT (group_name, xid, id) DO UPDATE
        SET dead_at = NULL, failures = 0, due_at = clock_timestamp() WHERE d.dead_at IS NOT NULL
    )
    UPDATE caravana.consumer_group AS g SET xid = last.xid, id = last.id
    FROM (SELECT xid, id FROM passed ORDER BY xid DESC, id DESC LIMIT 1) AS last WHERE g.name = to_group
$$;

-- The moment before which no group needs a change any more; infinity where all have come to the end.
CREATE FUNCTION caravana.changes_needed_since() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT least(
        (SELECT min(committed_at) FROM caravana.delivery),
        (SELECT min(e.committed_at) FROM caravana.consumer_group AS g
         JOIN caravana.change_log AS e ON (e.xid, e.id) > (g.xid, g.id)),
        'infinity')
$$;

-- Drops the days that lie entirely before a moment, except those that a group needs, unless they lie before the hard limit. Returns
-- the days that were dropped and the events that groups lost.
CREATE FUNCTION caravana.clean_change_log(moment timestamptz, hard_limit timestamptz, OUT days integer, OUT lost bigint)
LANGUAGE plpgsql AS $$
DECLARE
    cut timestamptz := date_trunc('day', greatest(least(moment, caravana.changes_needed_since()), hard_limit) AT TIME ZONE 'UTC')
        AT TIME ZONE 'UTC';
BEGIN
    WITH gone AS (
        DELETE FROM caravana.delivery WHERE committed_at < cut RETURNING group_name
    ), missed AS (
        SELECT group_name FROM gone
        UNION ALL
        SELECT g.name FROM caravana.consumer_group AS g JOIN caravana.change_log AS e ON (e.xid, e.id) > (g.xid, g.id)
        WHERE e.committed_at < cut AND ('*' = ANY (g.events) OR EXISTS (
            SELECT FROM unnest(caravana.event_types(e.table_name, e.kind, e.changes)) AS type, unnest(g.events) AS wanted
            WHERE type LIKE replace(wanted, '*', '%')))
    ), counted AS (
        UPDATE caravana.consumer_group AS g SET lost = g.lost + n.events
        FROM (SELECT group_name, count(*) AS events FROM missed GROUP BY group_name) AS n WHERE g.name = n.group_name
        RETURNING n.events
    )
    SELECT coalesce(sum(events), 0) INTO lost FROM counted;
    days := caravana.drop_change_log_before(cut);
END $$;

-- For a database that was restored from a dump: transaction numbers start over there. The log is emptied, and groups start at its end.
CREATE FUNCTION caravana.restart_change_log() RETURNS void LANGUAGE sql AS $$
    TRUNCATE caravana.change_log, caravana.delivery;
    UPDATE caravana.consumer_group SET xid = '0', id = 0;
$$;
