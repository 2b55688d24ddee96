-- The views of the schema reports, and the comments on the replica's tables and columns.

-- Notes what is known of a table and its columns, and comments them with their labels. A comment of somebody else stays.
CREATE OR REPLACE FUNCTION caravana.describe(replica regclass, source_name text, table_label text,
    names text[], labels text[], refers_to text[], owners text[]) RETURNS void LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    target text;
    place  text;
    said   record;
BEGIN
    SELECT relname, nspname INTO target, place
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = replica;
    FOR said IN
        SELECT format('COMMENT ON COLUMN %s.%I IS %L', replica, attname, wanted) AS statement
        FROM unnest(names, labels) AS given (name, label)
        JOIN pg_attribute ON attrelid = replica AND attname IN (given.name, 'dv_' || given.name) AND NOT attisdropped
        CROSS JOIN LATERAL (SELECT CASE WHEN attname = given.name THEN given.label ELSE given.label || ' (as shown)' END AS wanted) AS new
        LEFT JOIN caravana.described_column AS known ON known.table_name = target AND known.column_name = given.name
        CROSS JOIN LATERAL (SELECT col_description(replica, attnum) AS now) AS comment
        WHERE given.label <> '' AND now IS DISTINCT FROM wanted
          AND (now IS NULL OR now IN (known.label, known.label || ' (as shown)'))
        UNION ALL
        SELECT format('COMMENT ON TABLE %s IS %L', replica, table_label)
        FROM (SELECT obj_description(replica, 'pg_class') AS now) AS comment
        LEFT JOIN caravana.described_table AS known ON table_name = target
        WHERE table_label <> '' AND now IS DISTINCT FROM table_label AND (now IS NULL OR now = known.label)
    LOOP
        EXECUTE said.statement;
    END LOOP;
    INSERT INTO caravana.described_table AS known (table_name, schema_name, source, label)
    VALUES (target, place, source_name, table_label)
    ON CONFLICT (table_name) DO UPDATE SET schema_name = place, source = source_name, label = table_label
    WHERE (known.schema_name, known.source, known.label) IS DISTINCT FROM (place, source_name, table_label);
    INSERT INTO caravana.described_column AS known (table_name, column_name, label, reference, owner)
    SELECT target, * FROM unnest(names, labels, refers_to, owners)
    ON CONFLICT (table_name, column_name) DO UPDATE
    SET label = EXCLUDED.label, reference = EXCLUDED.reference, owner = EXCLUDED.owner
    WHERE (known.label, known.reference, known.owner) IS DISTINCT FROM (EXCLUDED.label, EXCLUDED.reference, EXCLUDED.owner);
EXCEPTION WHEN lock_not_available THEN
    RETURN; -- the next load does it
END $$;

-- The replica's sys_choice, if it has one.
CREATE OR REPLACE FUNCTION caravana.report_choice_table() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('%I.%I', schema_name, table_name) FROM caravana.described_table
    JOIN pg_attribute ON attrelid = to_regclass(format('%I.%I', schema_name, table_name)) AND NOT attisdropped
      AND atttypid = 'text'::regtype AND attname IN ('name', 'element', 'value', 'label', 'language')
    WHERE source = 'sys_choice' GROUP BY schema_name, table_name HAVING count(*) = 5 ORDER BY table_name LIMIT 1
$$;

-- The table and field of each choice, where the replica has sys_choice.
CREATE OR REPLACE FUNCTION caravana.report_choices() RETURNS TABLE (name text, element text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    choices text := caravana.report_choice_table();
BEGIN
    IF choices IS NOT NULL THEN
        RETURN QUERY EXECUTE 'SELECT DISTINCT name, element FROM ' || choices;
    END IF;
END $$;

-- The columns of a replica table, as its view has them: view_column is a name that needs no quotes, label_column what
-- people see in its place, NULL where they see the same.
CREATE OR REPLACE FUNCTION caravana.report_columns(target text) RETURNS TABLE (
    attname name, view_column text, label_column text, label text, reference text, owner text, dv_column text)
LANGUAGE sql STABLE AS $$
    WITH columns AS (
        SELECT attnum, attname, atttypid, coalesce(d.label, '') AS label, coalesce(d.reference, '') AS reference, coalesce(d.owner, '') AS owner
        FROM caravana.described_table AS t
        JOIN pg_attribute ON attrelid = to_regclass(format('%I.%I', schema_name, t.table_name)) AND attnum > 0 AND NOT attisdropped
        LEFT JOIN caravana.described_column AS d ON d.table_name = t.table_name AND d.column_name = attname
        WHERE t.table_name = target
    ), chosen AS (
        SELECT DISTINCT c.name, c.element FROM caravana.report_choices() AS c
        JOIN caravana.described_table AS t ON t.table_name = target
        WHERE c.name = t.source OR c.name IN (SELECT owner FROM columns)
    ), named AS (
        SELECT c.*, dv.attname AS dv_column,
          CASE WHEN word IS NULL THEN c.attname::text WHEN c.reference <> '' THEN c.attname || '_id' ELSE c.attname || '_value' END AS safe,
          c.reference <> '' OR EXISTS (SELECT FROM chosen WHERE element = c.attname)
            -- where every field has a dv_ column, most of them show what the field has
            OR dv.attname IS NOT NULL AND (c.atttypid = 'integer'::regtype AND c.attname NOT LIKE 'sys\_%'
              OR NOT EXISTS (SELECT FROM columns WHERE attname IN ('dv_sys_created_on', 'dv_sys_updated_on'))) AS has_label
        FROM columns AS c
        LEFT JOIN columns AS dv ON dv.attname = 'dv_' || c.attname
        LEFT JOIN pg_get_keywords() ON word = c.attname AND catcode IN ('R', 'T')
        WHERE c.attname NOT LIKE 'etl\_%' AND NOT EXISTS (SELECT FROM columns AS base WHERE c.attname = 'dv_' || base.attname)
    )
    SELECT attname,
      CASE WHEN safe IN (SELECT attname::text FROM columns) THEN attname::text ELSE safe END,
      CASE WHEN has_label AND left(attname, 57) || '_label' NOT IN (SELECT attname::text FROM columns) THEN left(attname, 57) || '_label' END,
      label, reference, owner, dv_column
    FROM named ORDER BY attnum
$$;

-- The replica tables that have the records of a table in ServiceNow, and the column that people know them by. Those of the
-- tables that extend it only where they are needed, as each costs a join.
CREATE OR REPLACE FUNCTION caravana.report_records(of_source text, extended boolean) RETURNS TABLE (replica text, shown_by name)
LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (t.source) format('%I.%I', t.schema_name, t.table_name), attname
    FROM caravana.described_table AS t
    JOIN pg_attribute ON attrelid = to_regclass(format('%I.%I', t.schema_name, t.table_name)) AND NOT attisdropped
      AND atttypid = 'text'::regtype AND attname IN ('name', 'number')
    WHERE t.source = of_source OR extended AND EXISTS (
      SELECT FROM caravana.described_column AS c WHERE c.table_name = t.table_name AND c.owner = of_source)
    ORDER BY t.source, t.table_name, attname
$$;

-- The query of a table's view: its live rows, with labels of references from the tables they refer to, then from the
-- dv_ columns; of choices from these, then from sys_choice; else the raw value.
CREATE OR REPLACE FUNCTION caravana.report_of_table(target text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    known   caravana.described_table;
    choices text := caravana.report_choice_table();
    list    text[] := '{}';
    joins   text := '';
    n       integer := 0;
    col     record;
    other   record;
    labels  text[];
BEGIN
    SELECT * INTO known FROM caravana.described_table WHERE table_name = target;
    FOR col IN SELECT * FROM caravana.report_columns(target) LOOP
        list := list || format('t.%I AS %I', col.attname, col.view_column);
        CONTINUE WHEN col.label_column IS NULL;
        labels := '{}';
        IF col.reference <> '' THEN
            FOR other IN SELECT * FROM caravana.report_records(col.reference, col.dv_column IS NULL) LOOP
                n := n + 1;
                joins := joins || format(E'\nLEFT JOIN %s AS r%s ON r%s.sys_id = t.%I', other.replica, n, n, col.attname);
                labels := labels || format('r%s.%I', n, other.shown_by);
            END LOOP;
        ELSIF col.dv_column IS NULL AND choices IS NOT NULL THEN
            n := n + 1;
            joins := joins || format(E'\nLEFT JOIN (SELECT DISTINCT ON (value) value, label FROM %s'
                    ' WHERE name IN (%L, %L) AND element = %L ORDER BY value, name <> %L, language <> ''en'', language) AS r%s ON r%s.value = CAST(t.%I AS text)',
                choices, known.source, col.owner, col.attname, known.source, n, n, col.attname);
            labels := labels || format('r%s.label', n);
        END IF;
        IF col.dv_column IS NOT NULL THEN
            labels := labels || format('t.%I', col.dv_column);
        END IF;
        labels := labels || format('CAST(t.%I AS text)', col.attname);
        list := list || format('coalesce(%s) AS %I', array_to_string(labels, ', '), col.label_column);
    END LOOP;
    RETURN format(E'SELECT %s\nFROM %I.%I AS t%s%s', array_to_string(list, E',\n  '), known.schema_name, target, joins,
        CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(format('%I.%I', known.schema_name, target))
                AND attname = 'etl_deleted_at' AND NOT attisdropped)
            THEN E'\nWHERE t.etl_deleted_at IS NULL' ELSE '' END);
END $$;

-- The parts of the reports. A part that cannot be had here, as one of its columns is not carried, is left out; of several
-- with one name the first that can be had is taken. "by" is what is shown or grouped by, "sum" what is calculated.
CREATE OR REPLACE FUNCTION caravana.report_parts() RETURNS TABLE (place bigint, report text, role text, part text, expression text)
LANGUAGE sql IMMUTABLE AS $$
    SELECT row_number() OVER (), * FROM (VALUES
    ('mttr', 'comment', '', 'How long incidents took until they were resolved, by the month in which they were'),
    ('mttr', 'from', '', 'reports.incident AS i'),
    ('mttr', 'where', '', 'i.resolved_at IS NOT NULL'),
    ('mttr', 'by', 'month', 'CAST(date_trunc(''month'', i.resolved_at) AS date)'),
    ('mttr', 'by', 'group_id', 'i.assignment_group'),
    ('mttr', 'by', 'group_name', 'i.assignment_group_label'),
    ('mttr', 'by', 'priority', 'i.priority'),
    ('mttr', 'by', 'priority_name', 'i.priority_label'),
    ('mttr', 'sum', 'incidents', 'count(*)'),
    ('mttr', 'sum', 'mean_hours', 'round(avg(extract(epoch FROM i.resolved_at - i.opened_at)) / 3600, 2)'),
    ('mttr', 'sum', 'median_hours', 'round(CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM i.resolved_at - i.opened_at)) / 3600 AS numeric), 2)'),
    ('mttr', 'sum', 'mean_business_hours', 'round(avg(extract(epoch FROM i.business_duration)) / 3600, 2)'),

    ('sla_by_month', 'comment', '', 'SLAs that ended, by month and group of their incident; a breach is counted in the business time of the SLA'),
    ('sla_by_month', 'from', '', 'reports.incident_sla AS s JOIN reports.incident AS i ON i.sys_id = s.task'),
    ('sla_by_month', 'where', '', 's.end_time IS NOT NULL'),
    ('sla_by_month', 'where', '', 's.stage IS DISTINCT FROM ''cancelled'''),
    ('sla_by_month', 'by', 'month', 'CAST(date_trunc(''month'', s.end_time) AS date)'),
    ('sla_by_month', 'by', 'group_id', 'i.assignment_group'),
    ('sla_by_month', 'by', 'group_name', 'i.assignment_group_label'),
    ('sla_by_month', 'by', 'sla_id', 's.sla'),
    ('sla_by_month', 'by', 'sla_name', 's.sla_label'),
    ('sla_by_month', 'sum', 'slas', 'count(*)'),
    ('sla_by_month', 'sum', 'breached', 'count(*) FILTER (WHERE s.has_breached)'),
    ('sla_by_month', 'sum', 'met_percent', 'round(100.0 * count(*) FILTER (WHERE NOT s.has_breached) / count(*), 1)'),
    ('sla_by_month', 'sum', 'mean_business_percent', 'round(avg(s.business_percentage), 1)'),
    ('sla_by_month', 'sum', 'mean_business_hours', 'round(avg(extract(epoch FROM s.business_duration)) / 3600, 2)'),

    ('sla_next', 'comment', '', 'SLAs that run and have not run out, each with when it will'),
    ('sla_next', 'from', '', 'reports.incident_sla AS s JOIN reports.incident AS i ON i.sys_id = s.task'),
    ('sla_next', 'where', '', 's.active'),
    ('sla_next', 'where', '', 's.has_breached IS NOT TRUE'),
    ('sla_next', 'where', '', 's.planned_end_time > now()'),
    ('sla_next', 'where', '', 's.stage IS DISTINCT FROM ''paused'''),
    ('sla_next', 'by', 'planned_end_time', 's.planned_end_time'),
    ('sla_next', 'by', 'time_left', 'date_trunc(''second'', s.planned_end_time - now())'),
    ('sla_next', 'by', 'number', 'i.number'),
    ('sla_next', 'by', 'short_description', 'i.short_description'),
    ('sla_next', 'by', 'priority', 'i.priority'),
    ('sla_next', 'by', 'priority_name', 'i.priority_label'),
    ('sla_next', 'by', 'sla_name', 's.sla_label'),
    ('sla_next', 'by', 'group_id', 'i.assignment_group'),
    ('sla_next', 'by', 'group_name', 'i.assignment_group_label'),
    ('sla_next', 'by', 'assigned_to', 'i.assigned_to'),
    ('sla_next', 'by', 'assigned_to_name', 'i.assigned_to_label'),
    ('sla_next', 'by', 'business_percent', 's.business_percentage'),
    ('sla_next', 'by', 'incident', 'i.sys_id'),

    ('backlog_by_age', 'comment', '', 'Incidents that are not resolved, by how long ago they were opened'),
    ('backlog_by_age', 'from', '', 'reports.incident AS i'),
    ('backlog_by_age', 'where', '', 'i.active'),
    ('backlog_by_age', 'where', '', 'i.resolved_at IS NULL'),
    ('backlog_by_age', 'by', 'age_days_from', 'CASE WHEN now() - i.opened_at < interval ''1 day'' THEN 0 WHEN now() - i.opened_at < interval ''3 days'' THEN 1 WHEN now() - i.opened_at < interval ''7 days'' THEN 3 WHEN now() - i.opened_at < interval ''30 days'' THEN 7 WHEN now() - i.opened_at < interval ''90 days'' THEN 30 ELSE 90 END'),
    ('backlog_by_age', 'by', 'group_id', 'i.assignment_group'),
    ('backlog_by_age', 'by', 'group_name', 'i.assignment_group_label'),
    ('backlog_by_age', 'by', 'priority', 'i.priority'),
    ('backlog_by_age', 'by', 'priority_name', 'i.priority_label'),
    ('backlog_by_age', 'sum', 'incidents', 'count(*)'),
    ('backlog_by_age', 'sum', 'oldest_opened_at', 'min(i.opened_at)'),

    ('reopened', 'comment', '', 'Incidents that were opened again after they had been resolved, by the month in which they were opened first'),
    ('reopened', 'from', '', 'reports.incident AS i'),
    ('reopened', 'by', 'month', 'CAST(date_trunc(''month'', i.opened_at) AS date)'),
    ('reopened', 'by', 'group_id', 'i.assignment_group'),
    ('reopened', 'by', 'group_name', 'i.assignment_group_label'),
    ('reopened', 'sum', 'incidents', 'count(*)'),
    ('reopened', 'sum', 'reopened', 'count(*) FILTER (WHERE i.reopen_count > 0)'),
    ('reopened', 'sum', 'reopened_percent', 'round(100.0 * count(*) FILTER (WHERE i.reopen_count > 0) / count(*), 1)'),

    ('reassigned', 'comment', '', 'How often incidents were handed on, by the month in which they were opened and the group that has them'),
    ('reassigned', 'from', '', 'reports.incident AS i'),
    ('reassigned', 'by', 'month', 'CAST(date_trunc(''month'', i.opened_at) AS date)'),
    ('reassigned', 'by', 'group_id', 'i.assignment_group'),
    ('reassigned', 'by', 'group_name', 'i.assignment_group_label'),
    ('reassigned', 'sum', 'incidents', 'count(*)'),
    ('reassigned', 'sum', 'reassigned', 'count(*) FILTER (WHERE i.reassignment_count > 0)'),
    ('reassigned', 'sum', 'reassigned_percent', 'round(100.0 * count(*) FILTER (WHERE i.reassignment_count > 0) / count(*), 1)'),
    ('reassigned', 'sum', 'mean_reassignments', 'round(avg(i.reassignment_count), 2)'),

    ('time_worked_by_person', 'comment', '', 'The time that people have worked on tasks, by month'),
    ('time_worked_by_person', 'from', '', 'reports.task_time_worked AS w'),
    ('time_worked_by_person', 'by', 'month', 'CAST(date_trunc(''month'', CAST(w.work_date AS timestamp)) AS date)'),
    ('time_worked_by_person', 'by', 'month', 'CAST(date_trunc(''month'', w.sys_created_on) AS date)'),
    ('time_worked_by_person', 'by', 'user_id', 'w.user_id'),
    ('time_worked_by_person', 'by', 'user_name', 'w.user_label'),
    ('time_worked_by_person', 'sum', 'tasks', 'count(DISTINCT w.task)'),
    ('time_worked_by_person', 'sum', 'time_worked', 'sum(w.time_worked)'),
    ('time_worked_by_person', 'sum', 'hours', 'round(sum(extract(epoch FROM w.time_worked)) / 3600, 2)'),

    ('time_worked_by_company', 'comment', '', 'The time worked on incidents, by month and the company they were for'),
    ('time_worked_by_company', 'from', '', 'reports.task_time_worked AS w JOIN reports.incident AS i ON i.sys_id = w.task'),
    ('time_worked_by_company', 'by', 'month', 'CAST(date_trunc(''month'', CAST(w.work_date AS timestamp)) AS date)'),
    ('time_worked_by_company', 'by', 'month', 'CAST(date_trunc(''month'', w.sys_created_on) AS date)'),
    ('time_worked_by_company', 'by', 'company_id', 'i.company'),
    ('time_worked_by_company', 'by', 'company_name', 'i.company_label'),
    ('time_worked_by_company', 'sum', 'incidents', 'count(DISTINCT w.task)'),
    ('time_worked_by_company', 'sum', 'time_worked', 'sum(w.time_worked)'),
    ('time_worked_by_company', 'sum', 'hours', 'round(sum(extract(epoch FROM w.time_worked)) / 3600, 2)')
    ) AS parts (report, role, part, expression)
$$;

-- The query of a report, of the parts that can be had; NULL where it would tell nothing.
CREATE OR REPLACE FUNCTION caravana.report_of_parts(wanted text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    source text := (SELECT expression FROM caravana.report_parts() WHERE report = wanted AND role = 'from');
    had    text[] := '{}';
    list   text[] := '{}';
    keys   text[] := '{}';
    wheres text[] := '{}';
    sums   boolean := false;
    p      record;
BEGIN
    FOR p IN SELECT * FROM caravana.report_parts() WHERE report = wanted AND role IN ('where', 'by', 'sum') ORDER BY place LOOP
        CONTINUE WHEN p.part = ANY (had);
        BEGIN
            EXECUTE CASE p.role WHEN 'where' THEN format('SELECT FROM %s WHERE %s LIMIT 0', source, p.expression)
                ELSE format('SELECT %s FROM %s LIMIT 0', p.expression, source) END;
        EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception THEN
            CONTINUE;
        END;
        IF p.role = 'where' THEN
            wheres := wheres || p.expression;
        ELSE
            had := had || p.part;
            list := list || format('%s AS %I', p.expression, p.part);
            IF p.role = 'by' THEN
                keys := keys || p.expression;
            ELSE
                sums := true;
            END IF;
        END IF;
    END LOOP;
    IF list = '{}' OR NOT sums AND EXISTS (SELECT FROM caravana.report_parts() WHERE report = wanted AND role = 'sum') THEN
        RETURN NULL;
    END IF;
    RETURN format(E'SELECT %s\nFROM %s', array_to_string(list, E',\n  '), source)
        || CASE WHEN wheres = '{}' THEN '' ELSE E'\nWHERE ' || array_to_string(wheres, ' AND ') END
        || CASE WHEN sums AND keys <> '{}' THEN E'\nGROUP BY ' || array_to_string(keys, ', ') ELSE '' END;
END $$;

-- Whether a view is as Caravana has made it.
CREATE OR REPLACE FUNCTION caravana.report_is_own(name text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM caravana.report_view JOIN pg_class ON pg_class.oid = to_regclass(format('reports.%I', name))
      WHERE view_name = name AND relkind = 'v' AND pg_get_viewdef(pg_class.oid) = definition)
$$;

-- Makes a view, or changes it where its query is another one. Answers with what is in the way; NULL when nothing is.
CREATE OR REPLACE FUNCTION caravana.make_report(name text, view_level integer, query text, about text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    view  text := format('reports.%I', name);
    said  text;
BEGIN
    IF to_regclass(view) IS NULL AND to_regtype(view) IS NULL THEN
        said := NULL;
    ELSIF NOT caravana.report_is_own(name) THEN
        RETURN format('%s is not as Caravana has made it, so it stays as it is. Rename it to have Caravana make its own', view);
    ELSIF query = (SELECT statement FROM caravana.report_view WHERE view_name = name) THEN
        RETURN NULL;
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', view, query);
    EXECUTE format('COMMENT ON VIEW %s IS %L', view, about);
    FOR said IN
        SELECT format('COMMENT ON COLUMN %s.%I IS %L', view, a.attname, CASE WHEN a.attname = label_column THEN label || ' (as shown)' ELSE label END)
        FROM caravana.report_columns(name) AS c
        JOIN pg_attribute AS a ON attrelid = to_regclass(view) AND a.attname IN (view_column, label_column)
        WHERE view_level = 0 AND label <> ''
    LOOP
        EXECUTE said;
    END LOOP;
    FOR said IN SELECT unnest(grants) FROM caravana.report_view WHERE view_name = name LOOP
        EXECUTE said;
    END LOOP;
    INSERT INTO caravana.report_view (view_name, level, statement, definition)
    VALUES (name, view_level, query, pg_get_viewdef(to_regclass(view)))
    ON CONFLICT (view_name) DO UPDATE SET statement = EXCLUDED.statement, definition = EXCLUDED.definition, grants = '{}';
    RETURN NULL;
EXCEPTION WHEN insufficient_privilege OR undefined_object OR dependent_objects_still_exist OR program_limit_exceeded OR duplicate_object OR wrong_object_type THEN
    RETURN format('%s cannot be made: %s', view, SQLERRM);
END $$;

-- Drops the views that are as Caravana has made them; whom they were granted to is kept for when they are made anew.
CREATE OR REPLACE FUNCTION caravana.drop_reports() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT view_name FROM caravana.report_view WHERE caravana.report_is_own(view_name) ORDER BY level DESC, view_name LOOP
        UPDATE caravana.report_view SET grants = ARRAY (
            SELECT format('GRANT %s ON reports.%I TO %s', privilege_type, name, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE CAST(CAST(grantee AS regrole) AS text) END)
            FROM pg_class CROSS JOIN aclexplode(relacl) WHERE pg_class.oid = to_regclass(format('reports.%I', name)) AND grantee <> relowner)
        WHERE view_name = name;
        EXECUTE format('DROP VIEW reports.%I', name);
    END LOOP;
    DELETE FROM caravana.report_signature;
END $$;

-- Makes all views that can be made, those of tables first. Answers with what is in the way.
CREATE OR REPLACE FUNCTION caravana.make_all_reports() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    t     record;
    query text;
BEGIN
    FOR t IN SELECT table_name, source, label FROM caravana.described_table
        WHERE to_regclass(format('%I.%I', schema_name, table_name)) IS NOT NULL ORDER BY table_name
    LOOP
        RETURN NEXT caravana.make_report(t.table_name, 0, caravana.report_of_table(t.table_name),
            coalesce(nullif(t.label, ''), t.source) || ': the rows that exist in ServiceNow');
    END LOOP;
    FOR t IN SELECT report, expression FROM caravana.report_parts()
        WHERE role = 'comment' AND report NOT IN (SELECT table_name FROM caravana.described_table) ORDER BY place
    LOOP
        query := caravana.report_of_parts(t.report);
        IF query IS NOT NULL THEN
            RETURN NEXT caravana.make_report(t.report, 1, query, t.expression);
        END IF;
    END LOOP;
END $$;

-- All that the views are made of, in short.
CREATE OR REPLACE FUNCTION caravana.report_state() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(concat(
        (SELECT string_agg(concat_ws(' ', t.*, attname, atttypid), ',' ORDER BY t.table_name, attnum) FROM caravana.described_table AS t
          JOIN pg_attribute ON attrelid = to_regclass(format('%I.%I', schema_name, table_name)) AND attnum > 0),
        (SELECT string_agg(concat_ws(' ', c.*), ',' ORDER BY table_name, column_name) FROM caravana.described_column AS c),
        (SELECT string_agg(concat_ws('.', c.*), ',' ORDER BY name, element) FROM caravana.report_choices() AS c),
        (SELECT string_agg(concat(relname, pg_class.oid), ',' ORDER BY relname) FROM pg_class WHERE relnamespace = to_regnamespace('reports')),
        (SELECT string_agg(prosrc, ',' ORDER BY proname) FROM pg_proc
          WHERE pronamespace = 'caravana'::regnamespace AND proname LIKE '%report%')))
$$;

-- Keeps the views current with the columns, the labels and the choices that exist. While these are the same it does
-- nothing. Answers with what is in the way, once.
CREATE OR REPLACE FUNCTION caravana.make_reports() RETURNS TABLE (told text) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    current text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('caravana.reports')) THEN
        RETURN;
    END IF;
    SELECT caravana.report_state() INTO current;
    IF current = (SELECT signature FROM caravana.report_signature) THEN
        RETURN;
    END IF;
    BEGIN
        IF to_regnamespace('reports') IS NULL THEN
            CREATE SCHEMA reports;
            COMMENT ON SCHEMA reports IS 'Views for analysts, kept by Caravana';
        END IF;
        BEGIN
            RETURN QUERY SELECT problem FROM caravana.make_all_reports() AS problem WHERE problem IS NOT NULL;
        EXCEPTION WHEN invalid_table_definition THEN
            -- columns have other types or another order: that takes new views
            PERFORM caravana.drop_reports();
            RETURN QUERY SELECT problem FROM caravana.make_all_reports() AS problem WHERE problem IS NOT NULL;
        END;
    EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN
        RETURN QUERY SELECT 'the views in the schema reports stay as they are: ' || SQLERRM;
    END;
    DELETE FROM caravana.report_signature;
    -- with the views there are now
    INSERT INTO caravana.report_signature VALUES (caravana.report_state());
END $$;

-- Runs a statement that changes the type of a column, around the views that show the column.
CREATE OR REPLACE FUNCTION caravana.alter_table(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
EXCEPTION WHEN feature_not_supported THEN
    PERFORM caravana.drop_reports();
    EXECUTE statement;
    PERFORM caravana.make_reports();
END $$;
