-- The indexes with which lists of tickets stay fast, on the tables and columns that a site has. They are made after a table is there, not
-- along with it: the first load of a large table need not keep them. Writers wait for a new index once; whoever uses a table for long
-- delays its index to the next call, and nothing else.
CREATE FUNCTION caravana.index_tickets() RETURNS integer LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
DECLARE
    wanted record;
    made   integer := 0;
BEGIN
    FOR wanted IN
        WITH ticket (name, finished) AS (
            VALUES ('incident', $f$'6', '7', '8'$f$), ('change_task', $f$'4', '7', '8'$f$), ('sc_task', $f$'4', '7'$f$)
        ), part (name, suffix, columns, definition) AS (
            SELECT name, 'desk_updated', ARRAY['sys_updated_on'], $d$(coalesce(sys_updated_on, '-infinity'), sys_id)$d$ FROM ticket
            UNION ALL
            SELECT name, 'desk_open', ARRAY['state', 'opened_at'],
                format($d$(coalesce(opened_at, '-infinity'), sys_id) WHERE (state::text IN (%s)) IS NOT TRUE$d$, finished) FROM ticket
            UNION ALL
            SELECT name, 'desk_finished', ARRAY['state', 'closed_at'], format($d$(coalesce(%s, '-infinity'), sys_id) WHERE state::text IN (%s)$d$,
                CASE name WHEN 'incident' THEN 'coalesce(resolved_at, closed_at)' ELSE 'closed_at' END, finished) FROM ticket
            UNION ALL
            SELECT name, 'desk_group', ARRAY['assignment_group', 'sys_updated_on'],
                $d$(assignment_group, coalesce(sys_updated_on, '-infinity'), sys_id)$d$ FROM ticket
            UNION ALL
            SELECT name, 'desk_number', ARRAY['number'], '(number text_pattern_ops)' FROM ticket
            UNION ALL
            VALUES ('incident_sla', 'desk_task', ARRAY['task'], '(task)'),
                ('incident_sla', 'desk_running', ARRAY['active', 'planned_end_time'], '(planned_end_time) WHERE active'),
                ('incident_task', 'desk_incident', ARRAY['incident'], '(incident)'),
                ('task_time_worked', 'desk_task', ARRAY['task'], '(task)'),
                ('sys_journal_field', 'desk_record', ARRAY['element_id'], '(element_id)')
        )
        SELECT part.name || '_' || suffix AS index, part.name, definition FROM part
        WHERE to_regclass(format('servicenow.%I', part.name || '_' || suffix)) IS NULL
          AND (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(format('servicenow.%I', part.name))
               AND attname = ANY (columns) AND NOT attisdropped) = cardinality(columns)
          AND EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(format('servicenow.%I', part.name))
              AND relkind = 'r' AND pg_has_role(relowner, 'USAGE'))
    LOOP
        BEGIN
            EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON servicenow.%I %s', wanted.index, wanted.name, wanted.definition);
            made := made + 1;
        EXCEPTION WHEN lock_not_available OR datatype_mismatch OR undefined_column OR invalid_text_representation OR invalid_datetime_format THEN
            -- in use, or a column of another type than ServiceNow's own: lists are slower without it
            NULL;
        END;
    END LOOP;
    RETURN made;
END $$;
