-- Promises by the rules of config/sla-rules.yaml: empty until caravana.sla.enabled.

-- What is known of a ticket: since when each of its states is, and the etl_updated_at that was read last.
CREATE TABLE caravana.sla_ticket (
    table_name  text NOT NULL,
    sys_id      text NOT NULL,
    version     timestamptz NOT NULL,
    state       text,
    known_since timestamptz NOT NULL,
    PRIMARY KEY (table_name, sys_id)
);

-- The states that a ticket came to. They are kept, as the change log is dropped after some time.
CREATE TABLE caravana.sla_turn (
    table_name text NOT NULL,
    sys_id     text NOT NULL,
    at         timestamptz NOT NULL,
    state      text NOT NULL,
    PRIMARY KEY (table_name, sys_id, at)
);

-- One promise of one ticket. The stages are those of ServiceNow's task_sla.
CREATE TABLE caravana.sla_clock (
    table_name       text NOT NULL,
    sys_id           text NOT NULL,
    measure          text NOT NULL CHECK (measure IN ('response', 'resolution')),
    number           text,
    priority         text,
    company          text,
    assignment_group text,
    opened_at        timestamptz NOT NULL,
    -- what the rule promises, and what it costs to break it, in percent
    target           interval NOT NULL,
    rule_penalty     numeric NOT NULL,
    zone             text NOT NULL,
    stage            text NOT NULL CHECK (stage IN ('in_progress', 'paused', 'completed', 'cancelled')),
    -- business time, as of computed_at
    elapsed          interval NOT NULL,
    computed_at      timestamptz NOT NULL,
    -- when three quarters, and all of the time have passed or will have; NULL while time does not run
    warning_at       timestamptz,
    due_at           timestamptz,
    ended_at         timestamptz,
    -- whether an event was logged, or the moment was past already when the ticket was seen first
    warning_told     boolean NOT NULL,
    breach_told      boolean NOT NULL,
    PRIMARY KEY (table_name, sys_id, measure)
);
CREATE INDEX sla_clock_due ON caravana.sla_clock (due_at) WHERE stage = 'in_progress';

-- The promises as they are now. The month is that of the zone of the rule, in which the promise was broken or kept.
CREATE VIEW caravana.sla_now AS
SELECT c.*, c.due_at - now() AS time_left,
    round(100 * extract(epoch FROM c.elapsed) / extract(epoch FROM c.target), 1) AS business_percentage,
    has_breached, CAST(date_trunc('month', decided_at AT TIME ZONE c.zone) AS date) AS month,
    CASE WHEN has_breached THEN c.rule_penalty ELSE 0 END AS penalty_percent
FROM caravana.sla_clock AS c
CROSS JOIN LATERAL (SELECT c.stage <> 'cancelled' AND coalesce(c.due_at <= coalesce(c.ended_at, now()), false) AS has_breached) AS b
CROSS JOIN LATERAL (SELECT CASE WHEN has_breached THEN c.due_at WHEN c.stage = 'completed' THEN c.ended_at END AS decided_at) AS d;

-- How many promises were kept, by month, table, measure, priority and group, and what the broken ones cost.
CREATE VIEW caravana.sla_kept AS
SELECT month, table_name, measure, priority, assignment_group, count(*) AS promises,
    count(*) FILTER (WHERE has_breached) AS broken,
    round(100.0 * count(*) FILTER (WHERE NOT has_breached) / count(*), 2) AS kept_percent,
    sum(penalty_percent) AS penalty_percent
FROM caravana.sla_now WHERE month IS NOT NULL GROUP BY 1, 2, 3, 4, 5;

-- Logs the warnings and breaches that are due as change events of the record sla_clock, and returns their number. A ticket for which
-- ServiceNow has SLAs of its own logs none: those have events already.
CREATE FUNCTION caravana.tell_slas() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    own  text := 'false';
    told bigint;
BEGIN
    IF to_regclass('servicenow.incident_sla') IS NOT NULL THEN
        own := 'EXISTS (SELECT FROM servicenow.incident_sla AS s WHERE s.task = c.sys_id)';
    END IF;
    EXECUTE format($sql$
        WITH due AS (
            SELECT table_name, sys_id, measure, %s AS has_own,
                NOT breach_told AND due_at <= coalesce(ended_at, now()) AS breach, warning_told AS warned
            FROM caravana.sla_clock AS c
            WHERE stage <> 'cancelled' AND (NOT warning_told AND warning_at <= coalesce(ended_at, now())
                OR NOT breach_told AND due_at <= coalesce(ended_at, now()))
            ORDER BY table_name, sys_id, measure LIMIT 1000 FOR UPDATE SKIP LOCKED
        ), noted AS (
            UPDATE caravana.sla_clock AS c SET warning_told = true, breach_told = c.breach_told OR due.breach
            FROM due WHERE (c.table_name, c.sys_id, c.measure) = (due.table_name, due.sys_id, due.measure)
            RETURNING c.*, due.has_own, due.breach, due.warned
        ), logged AS (
            INSERT INTO caravana.change_log
                (table_name, sys_id, number, kind, changes, execution_id, company, assignment_group, priority)
            SELECT 'sla_clock', sys_id, number, 'updated',
                jsonb_build_object('ticket', jsonb_build_array(table_name, table_name), 'measure', jsonb_build_array(measure, measure))
                  || CASE WHEN warned THEN '{}' ELSE '{"business_percentage": ["0", "75"]}'::jsonb END
                  || CASE WHEN breach THEN '{"has_breached": ["false", "true"]}'::jsonb ELSE '{}' END,
                'sla', company, assignment_group, priority
            FROM noted WHERE NOT has_own
            RETURNING 1
        )
        SELECT count(*) FROM logged$sql$, own) INTO told;
    IF told > 0 THEN
        PERFORM pg_notify('caravana_changes', 'sla_clock');
    END IF;
    RETURN told;
END $$;
