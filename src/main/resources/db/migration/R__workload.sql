-- Stores what the workload engine answers, page by page. Whatever cannot be read as a number or a moment is NULL, and no page is lost for it.

CREATE OR REPLACE FUNCTION workload.moment(value text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CAST(nullif(value, '') AS timestamptz);
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

-- Engines write durations as ISO 8601, or as milliseconds.
CREATE OR REPLACE FUNCTION workload.duration(value text) RETURNS interval LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE WHEN value ~ '^\d{1,15}(\.\d+)?$' THEN make_interval(secs => CAST(value AS double precision) / 1000)
        WHEN value ~ '^-?P' THEN CAST(value AS interval) END;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION workload.number(value text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value ~ '^-?\d{1,9}$' THEN CAST(value AS integer) END
$$;

-- What the words of an engine mean. A canceled job keeps its status, a held one too.
CREATE OR REPLACE FUNCTION workload.state(common text, internal text, canceled boolean, priority integer) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN canceled OR common = 'CANCELED' OR internal IN ('CANCL', 'CANCEL') THEN 'canceled'
        WHEN internal IN ('SUCC', 'COMPLT') OR common IN ('SUCCESSFUL', 'COMPLETED') THEN 'done'
        WHEN internal IN ('ABEND', 'FAIL', 'FAILED') OR common IN ('ERROR', 'INTERRUPTED') AND internal IS DISTINCT FROM 'ERROR' THEN 'failed'
        WHEN internal IN ('EXEC', 'SUCCP', 'ABENP', 'ABENDP', 'RJOB', 'BOUND', 'STARTED', 'EXEC_PLUS') OR common = 'RUNNING' THEN 'running'
        WHEN priority = 0 OR common = 'HELD' THEN 'held'
        WHEN internal IN ('SUSP', 'STUCK') OR common = 'BLOCKED' THEN 'blocked'
        WHEN internal IN ('ERROR', 'EXTRN', 'UNDCDED') OR common = 'UNDECIDED' THEN 'undecided'
        WHEN internal = 'SUPPR' OR common LIKE 'SUPPRESS%' THEN 'suppressed'
        WHEN internal = 'READY' OR common = 'READY' THEN 'ready'
        WHEN internal IN ('ADD', 'PEND', 'WAIT', 'WAITD', 'INTRO', 'INTRO_PLUS', 'HOLD', 'FENCE', 'SCHED', 'PENDPRED')
            OR common IN ('WAITING', 'WAITING_FOR_TRIGGER') THEN 'waiting'
        ELSE 'unknown' END
$$;

CREATE OR REPLACE FUNCTION workload.calendar(day date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN extract(day FROM day) = 1 OR extract(day FROM day + 1) = 1 THEN 'month-end'
        WHEN extract(isodow FROM day) >= 6 THEN 'weekend' ELSE 'weekday' END
$$;

-- Says whether this worker polls now, and what: 'full', 'open', or NULL when it is not time, or another worker does.
CREATE OR REPLACE FUNCTION workload.begin_poll(of_engine text, every interval, every_full interval) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    moment  timestamptz := clock_timestamp();
    is_full boolean;
BEGIN
    INSERT INTO workload.engine (engine) VALUES (of_engine) ON CONFLICT DO NOTHING;
    UPDATE workload.engine AS e SET polled_at = moment,
        full_begun_at = CASE WHEN e.full_begun_at > moment - every_full AND e.is_full_done THEN e.full_begun_at ELSE moment END,
        is_full_done = coalesce(e.full_begun_at > moment - every_full, false) AND e.is_full_done
    WHERE engine = of_engine AND (polled_at IS NULL OR polled_at <= moment - every)
    RETURNING full_begun_at = polled_at INTO is_full;
    IF is_full THEN
        PERFORM caravana.add_change_log_days();
    END IF;
    RETURN CASE WHEN is_full THEN 'full' WHEN NOT is_full THEN 'open' END;
END $$;

-- Stores a page of jobs with their runs and dependencies, and logs what people want to hear of. What was asked for earlier than what is
-- stored already changes nothing. Before the whole plan has been read once, nothing is logged: it was so before.
CREATE OR REPLACE FUNCTION workload.store_jobs(of_engine text, asked timestamptz, page jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    is_known boolean := EXISTS (SELECT FROM workload.engine WHERE engine = of_engine AND full_at IS NOT NULL);
    logged   bigint;
BEGIN
    WITH incoming AS MATERIALIZED (
        SELECT DISTINCT ON (e ->> 'id') e, r, workload.state(e ->> 'lastRunCommonStatus', coalesce(r -> 'compositeStatus' ->> 'status',
                e -> 'lastRunCompositeStatus' ->> 'status'), (e -> 'lastRunCompositeStatus' ->> 'canceled') = 'true',
                workload.number(e ->> 'priority')) AS state
        FROM jsonb_array_elements(page) AS e
        LEFT JOIN LATERAL (
            SELECT r FROM jsonb_array_elements(CASE jsonb_typeof(e -> 'jobruns') WHEN 'array' THEN e -> 'jobruns' ELSE '[]' END) AS r
            ORDER BY (r ->> 'lastInRerunChain') IS NOT DISTINCT FROM 'true' DESC, workload.number(r ->> 'runAttempt') DESC NULLS LAST LIMIT 1
        ) AS last ON true
        WHERE e ->> 'id' IS NOT NULL
    ), before AS (
        SELECT j.* FROM workload.job AS j JOIN incoming ON j.engine = of_engine AND j.id = e ->> 'id'
    ), stored AS (
        INSERT INTO workload.job AS j (engine, id, key, name, folder, workstation, stream_id, stream_name, stream_workstation, plan_id, state,
            status, substatus, common_status, priority, is_critical, waits_for, scheduled_at, starts_at, deadline_at, started_at, ended_at,
            estimated, run_id, attempt, failed_runs, return_code, task_type, recovery_option, time_zone, open_dependencies,
            engine_says_late, fingerprint, read_at)
        SELECT of_engine, e ->> 'id', e ->> 'key', e ->> 'name', e ->> 'folder', ltrim(e ->> 'workstation', '/'), e ->> 'jobStreamId',
            e ->> 'jobStreamName', ltrim(e ->> 'jobStreamWorkstation', '/'), e ->> 'planId', state,
            coalesce(e -> 'lastRunCompositeStatus' ->> 'status', r -> 'compositeStatus' ->> 'status'),
            e -> 'lastRunCompositeStatus' ->> 'substatus', e ->> 'lastRunCommonStatus', workload.number(e ->> 'priority'),
            (e -> 'jobOptions' ->> 'critical') = 'true',
            CASE WHEN state IN ('waiting', 'ready', 'held', 'blocked', 'undecided') THEN (
                SELECT coalesce(array_agg(DISTINCT word ORDER BY word), '{}') FROM (
                    SELECT d ->> 'dependencyType' AS word
                    FROM jsonb_array_elements(CASE jsonb_typeof(e -> 'dependencies') WHEN 'array' THEN e -> 'dependencies' ELSE '[]' END) AS d
                    WHERE d ->> 'satisfied' = 'false'
                    UNION ALL
                    SELECT regexp_replace(e -> 'lastRunCompositeStatus' ->> 'substatus', '^[A-Z]+_(WAITING_FOR_)?', '')
                ) AS reason WHERE word IS NOT NULL AND word <> 'PREDECESSOR') ELSE '{}' END,
            workload.moment(e ->> 'schedTime'), workload.moment(e -> 'timeRestrictions' ->> 'startTime'),
            workload.moment(e -> 'timeRestrictions' ->> 'deadlineTime'), workload.moment(r -> 'timeInfo' ->> 'actualStartTime'),
            workload.moment(r -> 'timeInfo' ->> 'actualEndTime'),
            workload.duration(coalesce(r -> 'timeInfo' ->> 'estimatedDuration', e -> 'jobDefinition' ->> 'estimatedDuration')),
            r ->> 'id', workload.number(r ->> 'runAttempt'),
            (SELECT count(*) FROM jsonb_array_elements(CASE jsonb_typeof(e -> 'jobruns') WHEN 'array' THEN e -> 'jobruns' ELSE '[]' END) AS one
             WHERE workload.state(one ->> 'commonStatus', one -> 'compositeStatus' ->> 'status', false, NULL) = 'failed'),
            workload.number(r ->> 'returnCode'), e -> 'jobDefinition' ->> 'taskType', e -> 'jobDefinition' ->> 'recoveryOption',
            e ->> 'timeZone', workload.number(e -> 'dependenciesStats' ->> 'numberOfUnsatisfiedDependencies'),
            (e -> 'jobStatusFlags' ->> 'jobLate') IS NOT DISTINCT FROM 'true', md5(CAST(e AS text)), asked
        FROM incoming
        ON CONFLICT (engine, id) DO UPDATE SET key = EXCLUDED.key, name = EXCLUDED.name, folder = EXCLUDED.folder,
            workstation = EXCLUDED.workstation, stream_id = EXCLUDED.stream_id, stream_name = EXCLUDED.stream_name,
            stream_workstation = EXCLUDED.stream_workstation, plan_id = EXCLUDED.plan_id, state = EXCLUDED.state, status = EXCLUDED.status,
            substatus = EXCLUDED.substatus, common_status = EXCLUDED.common_status, priority = EXCLUDED.priority,
            is_critical = EXCLUDED.is_critical, waits_for = EXCLUDED.waits_for, scheduled_at = EXCLUDED.scheduled_at,
            starts_at = EXCLUDED.starts_at, deadline_at = EXCLUDED.deadline_at, started_at = EXCLUDED.started_at,
            ended_at = EXCLUDED.ended_at, estimated = EXCLUDED.estimated, run_id = EXCLUDED.run_id, attempt = EXCLUDED.attempt,
            failed_runs = greatest(j.failed_runs, EXCLUDED.failed_runs), return_code = EXCLUDED.return_code,
            task_type = EXCLUDED.task_type, recovery_option = EXCLUDED.recovery_option, time_zone = EXCLUDED.time_zone,
            open_dependencies = EXCLUDED.open_dependencies, engine_says_late = EXCLUDED.engine_says_late,
            fingerprint = EXCLUDED.fingerprint, read_at = EXCLUDED.read_at, changed_at = clock_timestamp(), gone_at = NULL
        WHERE j.read_at <= EXCLUDED.read_at AND (j.fingerprint <> EXCLUDED.fingerprint OR j.gone_at IS NOT NULL)
        RETURNING j.*
    )
    INSERT INTO caravana.change_log (table_name, sys_id, number, kind, changes, execution_id, company, assignment_group, priority)
    SELECT 'workload_job', s.id, s.name, CASE WHEN b.id IS NULL THEN 'created' ELSE 'updated' END,
        workload.changes('state', b.state, s.state) || workload.changes('run_id', b.run_id, s.run_id)
          || workload.changes('return_code', CAST(b.return_code AS text), CAST(s.return_code AS text))
          || CASE WHEN s.state = 'done' AND b.state <> 'done' AND s.failed_runs > 0
              THEN '{"has_recovered": ["false", "true"]}' ELSE '{}'::jsonb END,
        'workload', s.company, s.assignment_group, CAST(s.priority AS text)
    FROM stored AS s LEFT JOIN before AS b ON b.id = s.id
    WHERE is_known AND CASE WHEN b.id IS NULL THEN s.state = 'failed'
        ELSE b.state <> s.state OR b.run_id IS DISTINCT FROM s.run_id END;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 0 THEN
        PERFORM pg_notify('caravana_changes', 'workload_job');
    END IF;

    INSERT INTO workload.job_run AS old (engine, run_id, job_id, name, stream_name, attempt, state, status, rerun_type, workstation,
        job_number, return_code, submitted_at, started_at, ended_at, estimated, calendar, read_at)
    SELECT DISTINCT ON (r ->> 'id') of_engine, r ->> 'id', e ->> 'id', e ->> 'name', e ->> 'jobStreamName',
        workload.number(r ->> 'runAttempt'),
        workload.state(r ->> 'commonStatus', r -> 'compositeStatus' ->> 'status', (r -> 'compositeStatus' ->> 'canceled') = 'true', NULL),
        r -> 'compositeStatus' ->> 'status', r ->> 'rerunType', ltrim(r ->> 'actualWorkstation', '/'),
        CASE WHEN r ->> 'jobNumber' ~ '^\d{1,18}$' THEN CAST(r ->> 'jobNumber' AS bigint) END, workload.number(r ->> 'returnCode'),
        workload.moment(r ->> 'submittedTime'), started, workload.moment(r -> 'timeInfo' ->> 'actualEndTime'),
        workload.duration(r -> 'timeInfo' ->> 'estimatedDuration'),
        workload.calendar(CAST(started AT TIME ZONE 'UTC' AS date)), asked
    FROM jsonb_array_elements(page) AS e
    CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(e -> 'jobruns') WHEN 'array' THEN e -> 'jobruns' ELSE '[]' END) AS r
    CROSS JOIN LATERAL (SELECT workload.moment(r -> 'timeInfo' ->> 'actualStartTime') AS started) AS t
    WHERE r ->> 'id' IS NOT NULL AND e ->> 'id' IS NOT NULL
    ON CONFLICT (engine, run_id) DO UPDATE SET state = EXCLUDED.state, status = EXCLUDED.status, rerun_type = EXCLUDED.rerun_type,
        workstation = EXCLUDED.workstation, job_number = EXCLUDED.job_number, return_code = EXCLUDED.return_code,
        started_at = EXCLUDED.started_at, ended_at = EXCLUDED.ended_at, calendar = EXCLUDED.calendar, read_at = EXCLUDED.read_at
    WHERE old.read_at <= EXCLUDED.read_at
      AND (old.state, old.status, old.started_at, old.ended_at, old.return_code)
        IS DISTINCT FROM (EXCLUDED.state, EXCLUDED.status, EXCLUDED.started_at, EXCLUDED.ended_at, EXCLUDED.return_code);

    -- a list may leave dependencies out: then those stay that are known
    WITH incoming AS MATERIALIZED (
        SELECT DISTINCT ON (e ->> 'id', d ->> 'dependencyType', coalesce(d ->> 'id', md5(CAST(d AS text)))) e ->> 'id' AS job_id,
            coalesce(d ->> 'id', md5(CAST(d AS text))) AS id, coalesce(d ->> 'dependencyType', 'UNKNOWN') AS kind, d ->> 'jobId' AS job,
            CASE WHEN d ->> 'jobId' IS NULL THEN d ->> 'jobStreamId' END AS stream,
            coalesce(d ->> 'file', d ->> 'promptName', d ->> 'text', d ->> 'resourceName', d ->> 'jobName', d ->> 'jobStreamName') AS what,
            d ->> 'dependencyStatus' AS status, (d ->> 'satisfied') = 'true' AS is_satisfied
        FROM jsonb_array_elements(page) AS e, jsonb_array_elements(e -> 'dependencies') AS d
        WHERE jsonb_typeof(e -> 'dependencies') = 'array' AND e ->> 'id' IS NOT NULL
    ), dropped AS (
        DELETE FROM workload.dependency AS d USING (SELECT DISTINCT job_id FROM incoming) AS known
        WHERE d.engine = of_engine AND d.job_id = known.job_id
          AND NOT EXISTS (SELECT FROM incoming AS i WHERE (i.job_id, i.kind, i.id) = (d.job_id, d.kind, d.id))
    )
    INSERT INTO workload.dependency AS old (engine, job_id, id, kind, job, stream, what, status, is_satisfied)
    SELECT of_engine, job_id, id, kind, job, stream, what, status, is_satisfied FROM incoming
    ON CONFLICT (engine, job_id, kind, id) DO UPDATE SET job = EXCLUDED.job, stream = EXCLUDED.stream, what = EXCLUDED.what,
        status = EXCLUDED.status, is_satisfied = EXCLUDED.is_satisfied
    WHERE (old.what, old.status, old.is_satisfied) IS DISTINCT FROM (EXCLUDED.what, EXCLUDED.status, EXCLUDED.is_satisfied);
    RETURN logged;
END $$;

-- One column of a change event; nothing where it has not changed.
CREATE OR REPLACE FUNCTION workload.changes(name text, before text, after text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN before IS DISTINCT FROM after THEN jsonb_build_object(name, jsonb_build_array(before, after)) ELSE '{}' END
$$;

CREATE OR REPLACE FUNCTION workload.store_streams(of_engine text, asked timestamptz, page jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO workload.job_stream AS old (engine, id, key, name, workstation, plan_id, state, status, common_status, priority, job_limit,
        scheduled_at, time_zone, read_at)
    SELECT DISTINCT ON (e ->> 'id') of_engine, e ->> 'id', e ->> 'key', e ->> 'name', ltrim(e ->> 'workstation', '/'), e ->> 'planId',
        workload.state(e ->> 'commonStatus', e -> 'compositeStatus' ->> 'status', (e -> 'compositeStatus' ->> 'canceled') = 'true',
            workload.number(e ->> 'priority')),
        e -> 'compositeStatus' ->> 'status', e ->> 'commonStatus', workload.number(e ->> 'priority'), workload.number(e ->> 'limit'),
        workload.moment(coalesce(e ->> 'schedTime', e ->> 'scheduledDate')), e ->> 'timeZone', asked
    FROM jsonb_array_elements(page) AS e WHERE e ->> 'id' IS NOT NULL
    ON CONFLICT (engine, id) DO UPDATE SET state = EXCLUDED.state, status = EXCLUDED.status, common_status = EXCLUDED.common_status,
        plan_id = EXCLUDED.plan_id, priority = EXCLUDED.priority, job_limit = EXCLUDED.job_limit, scheduled_at = EXCLUDED.scheduled_at,
        read_at = EXCLUDED.read_at, gone_at = NULL
    WHERE old.read_at <= EXCLUDED.read_at
$$;

CREATE OR REPLACE FUNCTION workload.store_workstations(of_engine text, asked timestamptz, page jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO workload.workstation AS old (engine, name, key, type, active_states, job_limit, fence, domain_name, version, time_zone,
        is_ignored, read_at)
    SELECT DISTINCT ON (e ->> 'name') of_engine, e ->> 'name', e ->> 'key', e ->> 'type',
        ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(e -> 'activeStates') WHEN 'array' THEN e -> 'activeStates' ELSE '[]' END)),
        workload.number(e ->> 'limit'), workload.number(e ->> 'fence'), e ->> 'domainName', e ->> 'version', e ->> 'timeZone',
        (e ->> 'ignore') = 'true', asked
    FROM jsonb_array_elements(page) AS e WHERE e ->> 'name' IS NOT NULL
    ON CONFLICT (engine, name) DO UPDATE SET key = EXCLUDED.key, type = EXCLUDED.type, active_states = EXCLUDED.active_states,
        job_limit = EXCLUDED.job_limit, fence = EXCLUDED.fence, domain_name = EXCLUDED.domain_name, version = EXCLUDED.version,
        time_zone = EXCLUDED.time_zone, is_ignored = EXCLUDED.is_ignored, read_at = EXCLUDED.read_at, gone_at = NULL
    WHERE old.read_at <= EXCLUDED.read_at
$$;

CREATE OR REPLACE FUNCTION workload.store_resources(of_engine text, asked timestamptz, page jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO workload.resource AS old (engine, id, key, name, quantity, quantity_in_use, quantity_available, status, read_at)
    SELECT DISTINCT ON (coalesce(e ->> 'id', e ->> 'key')) of_engine, coalesce(e ->> 'id', e ->> 'key'), e ->> 'key', e ->> 'name',
        workload.number(e ->> 'quantity'), workload.number(e ->> 'quantityInUse'), workload.number(e ->> 'quantityAvailable'),
        e ->> 'status', asked
    FROM jsonb_array_elements(page) AS e WHERE coalesce(e ->> 'id', e ->> 'key') IS NOT NULL
    ON CONFLICT (engine, id) DO UPDATE SET quantity = EXCLUDED.quantity, quantity_in_use = EXCLUDED.quantity_in_use,
        quantity_available = EXCLUDED.quantity_available, status = EXCLUDED.status, read_at = EXCLUDED.read_at, gone_at = NULL
    WHERE old.read_at <= EXCLUDED.read_at
$$;

-- Stores a page of whatever kind.
CREATE OR REPLACE FUNCTION workload.store(of_engine text, kind text, asked timestamptz, page jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE kind
        WHEN 'JOB' THEN PERFORM workload.store_jobs(of_engine, asked, page);
        WHEN 'JOBSTREAM' THEN PERFORM workload.store_streams(of_engine, asked, page);
        WHEN 'WORKSTATION' THEN PERFORM workload.store_workstations(of_engine, asked, page);
        WHEN 'RESOURCE' THEN PERFORM workload.store_resources(of_engine, asked, page);
        ELSE NULL;
    END CASE;
END $$;

-- Marks what a read of the whole plan has not seen as gone.
CREATE OR REPLACE FUNCTION workload.leave(of_engine text, begun timestamptz, plan text, told_version text, jobs jsonb, streams jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE workload.job SET gone_at = clock_timestamp()
    WHERE engine = of_engine AND gone_at IS NULL AND read_at < begun AND id NOT IN (SELECT jsonb_array_elements_text(jobs));
    UPDATE workload.job_stream SET gone_at = clock_timestamp()
    WHERE engine = of_engine AND gone_at IS NULL AND read_at < begun AND id NOT IN (SELECT jsonb_array_elements_text(streams));
    UPDATE workload.engine SET full_at = begun, is_full_done = true, plan_id = plan, version = told_version WHERE engine = of_engine;
$$;

-- Whose jobs are which: the first owner whose pattern fits the name of the stream, * for any text.
CREATE OR REPLACE FUNCTION workload.own_jobs(of_engine text, owners jsonb) RETURNS void LANGUAGE sql AS $$
    WITH owned AS (
        SELECT j.id, nullif(o ->> 'company', '') AS company, nullif(o ->> 'group', '') AS assignment_group
        FROM workload.job AS j
        LEFT JOIN LATERAL (
            SELECT o FROM jsonb_array_elements(owners) WITH ORDINALITY AS one (o, place)
            WHERE j.stream_name LIKE replace(replace(replace(replace(o ->> 'stream', E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_'), '*', '%')
            ORDER BY place LIMIT 1) AS owner ON true
        WHERE j.engine = of_engine AND j.gone_at IS NULL
    )
    UPDATE workload.job AS j SET company = owned.company, assignment_group = owned.assignment_group
    FROM owned WHERE j.engine = of_engine AND j.id = owned.id
      AND (j.company, j.assignment_group) IS DISTINCT FROM (owned.company, owned.assignment_group)
$$;

-- How long runs last: of the last sixty successful ones of each kind of day, where there are at least eight.
CREATE OR REPLACE FUNCTION workload.learn_durations(of_engine text) RETURNS void LANGUAGE sql AS $$
    WITH run AS (
        SELECT stream_name, name, kind AS calendar, extract(epoch FROM ended_at - started_at) AS seconds,
            row_number() OVER (PARTITION BY stream_name, name, kind ORDER BY started_at DESC) AS place
        FROM workload.job_run, unnest(ARRAY[calendar, 'any']) AS kind
        WHERE engine = of_engine AND state = 'done' AND ended_at >= started_at AND stream_name IS NOT NULL AND name IS NOT NULL
          AND calendar IS NOT NULL AND started_at > now() - interval '180 days'
    ), middle AS (
        SELECT stream_name, name, calendar, count(*) AS runs, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median
        FROM run WHERE place <= 60 GROUP BY 1, 2, 3 HAVING count(*) >= 8
    ), spread AS (
        SELECT m.*, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(r.seconds - m.median)) FROM run AS r
            WHERE (r.stream_name, r.name, r.calendar) = (m.stream_name, m.name, m.calendar) AND place <= 60) AS deviation
        FROM middle AS m
    )
    INSERT INTO workload.duration_norm AS old (engine, stream_name, name, calendar, runs, median, deviation, most)
    SELECT of_engine, stream_name, name, calendar, runs, make_interval(secs => median), make_interval(secs => deviation),
        -- five standard deviations, as the median of the distances estimates them; and never for less than half as long again
        make_interval(secs => median + greatest(5 * 1.4826 * deviation, 0.5 * median, 60))
    FROM spread
    ON CONFLICT (engine, stream_name, name, calendar) DO UPDATE SET runs = EXCLUDED.runs, median = EXCLUDED.median,
        deviation = EXCLUDED.deviation, most = EXCLUDED.most
    WHERE (old.runs, old.median, old.deviation) IS DISTINCT FROM (EXCLUDED.runs, EXCLUDED.median, EXCLUDED.deviation)
$$;

-- What the passing of time makes of the jobs that are not over: late, or waiting too long. Logs what is new of it.
CREATE OR REPLACE FUNCTION workload.settle(of_engine text, moment timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    logged bigint;
BEGIN
    WITH open AS (
        SELECT j.id, j.is_late AS was_late, j.is_waiting AS was_waiting,
            CASE WHEN j.state IN ('done', 'canceled') THEN CASE WHEN j.is_late THEN j.late_reason END
                WHEN j.engine_says_late THEN 'engine'
                WHEN j.deadline_at < moment THEN 'deadline'
                WHEN j.state = 'running' AND moment - j.started_at > n.most THEN 'duration' END AS reason,
            j.state IN ('waiting', 'ready', 'held', 'blocked', 'undecided')
                AND coalesce(j.starts_at, j.scheduled_at) < moment - interval '5 minutes' AS waits
        FROM workload.job AS j
        LEFT JOIN LATERAL (
            SELECT most FROM workload.duration_norm AS n
            WHERE n.engine = j.engine AND n.stream_name = j.stream_name AND n.name = j.name
              AND n.calendar IN ('any', workload.calendar(CAST(j.started_at AT TIME ZONE 'UTC' AS date)))
            ORDER BY n.calendar = 'any' LIMIT 1) AS n ON j.state = 'running'
        WHERE j.engine = of_engine AND j.gone_at IS NULL AND (j.state NOT IN ('done', 'canceled') OR j.is_waiting)
    ), settled AS (
        UPDATE workload.job AS j SET is_late = reason IS NOT NULL, late_reason = reason, is_waiting = coalesce(waits, false),
            changed_at = clock_timestamp()
        FROM open WHERE j.engine = of_engine AND j.id = open.id
          AND (j.is_late, j.late_reason, j.is_waiting) IS DISTINCT FROM (reason IS NOT NULL, reason, coalesce(waits, false))
        RETURNING j.*, was_late, was_waiting
    )
    INSERT INTO caravana.change_log (table_name, sys_id, number, kind, changes, execution_id, company, assignment_group, priority)
    SELECT 'workload_job', id, name, 'updated',
        workload.changes('is_late', CAST(was_late AS text), CAST(is_late AS text))
          || workload.changes('is_waiting', CAST(was_waiting AS text), CAST(is_waiting AS text)),
        'workload', company, assignment_group, CAST(priority AS text)
    FROM settled
    WHERE (was_late, was_waiting) IS DISTINCT FROM (is_late, is_waiting)
      AND EXISTS (SELECT FROM workload.engine WHERE engine = of_engine AND full_at IS NOT NULL);
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 0 THEN
        PERFORM pg_notify('caravana_changes', 'workload_job');
    END IF;
    RETURN logged;
END $$;

-- Links incidents that have changed to the failed runs that they are about: by a correlation id, a configured column that has the name
-- or id of a job or run, or their text. A name alone counts for the last run that failed within a day before.
CREATE OR REPLACE FUNCTION workload.link_tickets(of_engine text, columns text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    since  timestamptz;
    begun  timestamptz := clock_timestamp();
    known  text[];
    text_of text;
    ids    text;
    linked bigint;
BEGIN
    SELECT array_agg(CAST(attname AS text)) INTO known FROM pg_attribute
    WHERE attrelid = to_regclass('servicenow.incident') AND attnum > 0 AND NOT attisdropped;
    IF known IS NULL OR NOT known @> ARRAY['sys_id', 'number', 'short_description', 'opened_at', 'etl_updated_at'] THEN
        RETURN 0;
    END IF;
    SELECT until - interval '10 minutes' INTO since FROM workload.link_place WHERE engine = of_engine;
    text_of := 't.short_description' || CASE WHEN 'description' = ANY (known) THEN ' || '' '' || coalesce(t.description, '''')' ELSE '' END;
    SELECT string_agg(format('SELECT %L AS how, t.%I::text AS word', CASE name WHEN 'correlation_id' THEN 'correlation id' ELSE 'column' END,
        name), ' UNION ALL ') INTO ids
    FROM unnest(ARRAY['correlation_id'] || columns) AS name WHERE name = ANY (known);
    EXECUTE format($sql$
        WITH ticket AS (
            SELECT t.sys_id, t.number, t.opened_at, w.how, w.word FROM servicenow.incident AS t
            CROSS JOIN LATERAL (%s
                SELECT 'text', word FROM regexp_split_to_table(%s, '[^[:alnum:]_-]+') AS word WHERE length(word) BETWEEN 3 AND 100) AS w (how, word)
            WHERE t.etl_updated_at > $2 AND t.opened_at > now() - interval '8 days' AND w.word <> ''
        ), found AS (
            SELECT DISTINCT ON (t.sys_id) r.run_id, r.job_id, t.sys_id, t.number,
                CASE WHEN t.how <> 'text' THEN t.how WHEN t.word = r.name THEN 'name in text' ELSE 'run in text' END AS how
            FROM ticket AS t JOIN workload.job_run AS r ON r.engine = $1 AND r.state = 'failed' AND r.ended_at > now() - interval '9 days'
              AND (t.word IN (r.run_id, r.job_id) OR t.word = r.name
                AND t.opened_at BETWEEN r.ended_at - interval '5 minutes' AND r.ended_at + interval '1 day')
            ORDER BY t.sys_id, t.word IN (r.run_id, r.job_id) DESC, t.how = 'text', r.ended_at DESC
        )
        INSERT INTO workload.job_ticket (engine, run_id, job_id, table_name, sys_id, number, found_by)
        SELECT $1, run_id, job_id, 'incident', sys_id, number, how FROM found
        WHERE NOT EXISTS (SELECT FROM workload.job_ticket AS k WHERE k.engine = $1 AND k.sys_id = found.sys_id)
        ON CONFLICT DO NOTHING$sql$, coalesce(ids || ' UNION ALL ', ''), text_of)
    USING of_engine, coalesce(since, '-infinity');
    GET DIAGNOSTICS linked = ROW_COUNT;
    INSERT INTO workload.link_place VALUES (of_engine, begun) ON CONFLICT (engine) DO UPDATE SET until = begun;
    RETURN linked;
END $$;
