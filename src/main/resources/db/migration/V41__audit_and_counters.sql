-- Who changed what in ServiceNow: what the change log knows, kept for good. Filled by the consumer group audit, where it is switched on.
CREATE TABLE caravana.record_audit (
    -- the event's
    id           bigint PRIMARY KEY,
    table_name   text NOT NULL,
    sys_id       text NOT NULL,
    number       text,
    kind         text NOT NULL,
    changed_by   text,
    committed_at timestamptz NOT NULL,
    changes      jsonb NOT NULL
);
CREATE INDEX record_audit_record ON caravana.record_audit (table_name, sys_id, id);

CREATE FUNCTION caravana.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON caravana.record_audit
    FOR EACH STATEMENT EXECUTE FUNCTION caravana.refuse_change();
ALTER TABLE caravana.record_audit ENABLE ALWAYS TRIGGER append_only;

-- How many tickets there are, by what is asked for most. Kept by the consumer group analytics.
CREATE TABLE caravana.ticket_counter (
    table_name       text NOT NULL,
    state            text,
    priority         text,
    company          text,
    assignment_group text,
    tickets          bigint NOT NULL
);
CREATE INDEX ticket_counter_table ON caravana.ticket_counter (table_name);

-- How many tickets each day brought and ended.
CREATE TABLE caravana.ticket_trend (
    table_name       text NOT NULL,
    day              date NOT NULL,
    company          text,
    assignment_group text,
    opened           bigint NOT NULL,
    closed           bigint NOT NULL
);
CREATE INDEX ticket_trend_day ON caravana.ticket_trend (table_name, day);

-- Counts the tickets of a table anew, and returns the seconds that it took. A column that the table lacks is NULL. Readers see the counts
-- before or the counts after; while another worker counts the table, nothing is done.
CREATE FUNCTION caravana.count_tickets(counted text, zone text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    began   timestamptz := clock_timestamp();
    replica regclass := to_regclass(format('servicenow.%I', counted));
    present text[] := ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = replica AND attnum > 0 AND NOT attisdropped);
    company text := CASE WHEN 'company' = ANY (present) THEN 'company::text' ELSE 'NULL::text' END;
    grp     text := CASE WHEN 'assignment_group' = ANY (present) THEN 'assignment_group::text' ELSE 'NULL::text' END;
    there   text := CASE WHEN 'etl_deleted_at' = ANY (present) THEN 'etl_deleted_at IS NULL' ELSE 'true' END;
    closed  text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('caravana.count_tickets'), hashtext(counted)) THEN
        RETURN 0;
    END IF;
    DELETE FROM caravana.ticket_counter WHERE table_name = counted;
    DELETE FROM caravana.ticket_trend WHERE table_name = counted;
    IF replica IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('INSERT INTO caravana.ticket_counter (table_name, state, priority, company, assignment_group, tickets)
        SELECT %L, %s, %s, %s, %s, count(*) FROM %s WHERE %s GROUP BY 2, 3, 4, 5', counted,
        CASE WHEN 'state' = ANY (present) THEN 'state::text' ELSE 'NULL::text' END,
        CASE WHEN 'priority' = ANY (present) THEN 'priority::text' ELSE 'NULL::text' END,
        company, grp, replica, there);
    SELECT 'coalesce(' || string_agg(name, ', ' ORDER BY place) || ')' INTO closed
    FROM unnest(ARRAY['resolved_at', 'closed_at']) WITH ORDINALITY AS wanted (name, place)
    JOIN pg_attribute ON attrelid = replica AND attname = name AND atttypid = 'timestamptz'::regtype AND NOT attisdropped;
    IF closed IS NOT NULL AND EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = replica AND attname = 'opened_at' AND atttypid = 'timestamptz'::regtype AND NOT attisdropped) THEN
        EXECUTE format('INSERT INTO caravana.ticket_trend (table_name, day, company, assignment_group, opened, closed)
            SELECT %1$L, (moment AT TIME ZONE %2$L)::date, %3$s, %4$s, count(*) FILTER (WHERE is_start), count(*) FILTER (WHERE NOT is_start)
            FROM %5$s CROSS JOIN LATERAL (VALUES (opened_at, true), (%6$s, false)) AS happened (moment, is_start)
            WHERE moment IS NOT NULL AND %7$s GROUP BY 2, 3, 4', counted, zone, company, grp, replica, closed, there);
    END IF;
    RETURN extract(epoch FROM clock_timestamp() - began);
END $$;
