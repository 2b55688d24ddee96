-- Alerts: what is wrong with a job, made out of the execution log, so also of what other workers did and of what happened
-- while none looked. An alert is told when it begins, after a while again, and when it is over.

-- Adds a notice for each channel.
CREATE OR REPLACE FUNCTION caravana.add_notice(channels text[], notice jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO caravana.notice (channel, content) SELECT channel, notice FROM unnest(channels) AS channel
$$;

-- Raises an alert about something, and adds the notice unless the same kind of alert was told only a while ago. One that has ended
-- in the same way again is counted; one that only lasts is not.
CREATE OR REPLACE FUNCTION caravana.raise_alert(channels text[], repeat_after interval, about text, watched text, kind text,
    began timestamptz, is_one_more boolean, notice jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    raised caravana.alert;
BEGIN
    INSERT INTO caravana.alert AS known (job, watch, fingerprint, since, told_at) VALUES (about, watched, kind, began, moment)
    ON CONFLICT (job, watch) DO UPDATE SET (fingerprint, since, times, told_at) = (
        SELECT kind, CASE WHEN is_same THEN known.since ELSE began END,
          CASE WHEN is_same THEN known.times + is_one_more::integer ELSE 1 END,
          CASE WHEN is_same AND known.told_at + repeat_after > moment THEN known.told_at ELSE moment END
        FROM (SELECT known.fingerprint IS NOT DISTINCT FROM kind AS is_same) AS compared)
    WHERE is_one_more OR known.fingerprint IS DISTINCT FROM kind OR known.told_at + repeat_after <= moment
    RETURNING * INTO raised;
    IF raised.told_at = moment THEN
        PERFORM caravana.add_notice(channels, notice || jsonb_build_object('since', raised.since, 'times', raised.times));
    END IF;
END $$;

-- The tables of an execution that failed or were not read completely, and what is the same when the same is wrong again:
-- numbers that change from one time to the next, such as pages and keys, are left out; a status is not.
CREATE OR REPLACE FUNCTION caravana.tables_in_trouble(execution text, OUT tables jsonb, OUT kind text) LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('table', table_name, 'problem', problem) ORDER BY position), '[]'),
      coalesce(string_agg(table_name || ': ' || regexp_replace(problem, '\y(?![45]\d\d\y)[\w.,:-]*\d[\w.,:-]*', '#', 'g'), E'\n'
        ORDER BY position), '')
    FROM caravana.table_load
    CROSS JOIN LATERAL (SELECT regexp_replace(error, '\s*[\r\n]+\s*', ' ', 'g') AS said) AS line
    CROSS JOIN LATERAL (SELECT CASE
        WHEN length(said) > 1000 THEN left(said, 1000) || '...'
        WHEN error IS NOT NULL THEN said
        WHEN verdict = 'not counted' THEN 'not proven complete, as ServiceNow did not say how many rows there are'
        ELSE 'incomplete, ' || to_char(hidden, 'FM999,999,999,990') || ' rows are hidden from the account or came without a key'
      END AS problem) AS told
    WHERE execution_id = execution AND (error IS NOT NULL OR verdict IN ('incomplete', 'not counted'))
$$;

-- What a notice says of an execution.
CREATE OR REPLACE FUNCTION caravana.notice_of(event text, execution caravana.servicenow_execution_log, tables jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('event', event, 'job', execution.execution_type, 'execution_id', execution.execution_id,
      'start_date', execution.start_date, 'end_date', execution.end_date, 'started_at', execution.started_at,
      'ended_at', execution.ended_at, 'tables', tables)
$$;

-- Raises what the executions that have ended since the last look tell, each of them once, and ends what a success ends.
CREATE OR REPLACE FUNCTION caravana.raise_alerts_of_ended(channels text[], repeat_after interval, tells_interrupted boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ended   caravana.servicenow_execution_log;
    trouble record;
    event   text;
    over    record;
BEGIN
    FOR ended IN
        -- an execution that has been resumed meanwhile will end again; what ended more than a day ago is history
        WITH seen AS (
            UPDATE caravana.servicenow_execution_log SET end_seen = ended_at
            WHERE status <> 'running' AND end_seen IS DISTINCT FROM ended_at AND ended_at > clock_timestamp() - interval '1 day'
            RETURNING *)
        SELECT * FROM seen ORDER BY ended_at
    LOOP
        trouble := caravana.tables_in_trouble(ended.execution_id);
        IF ended.status = 'success' AND trouble.kind = '' THEN
            WITH gone AS (DELETE FROM caravana.alert WHERE job = ended.execution_type RETURNING fingerprint, since, times)
            SELECT min(since) AS since, max(times) AS times INTO over FROM gone WHERE fingerprint IS NOT NULL;
            IF over.since IS NOT NULL THEN
                PERFORM caravana.add_notice(channels, caravana.notice_of('recovered', ended, '[]')
                  || jsonb_build_object('since', over.since, 'times', over.times));
            END IF;
            CONTINUE;
        END IF;
        DELETE FROM caravana.alert
        WHERE job = ended.execution_type AND (watch = 'running' OR watch = 'late' AND ended.status = 'success');
        event := CASE ended.status WHEN 'success' THEN 'incomplete' WHEN 'error' THEN 'failed'
          WHEN 'interrupted' THEN CASE WHEN tells_interrupted THEN 'interrupted' END END;
        IF event IS NOT NULL THEN
            PERFORM caravana.raise_alert(channels, repeat_after, ended.execution_type, 'end', event || E'\n' || trouble.kind,
              ended.ended_at, true, caravana.notice_of(event, ended, trouble.tables));
        END IF;
    END LOOP;
END $$;

-- Raises what is late: a job that has not succeeded for too long (since its first look, where it never has), or one that runs for too long.
CREATE OR REPLACE FUNCTION caravana.raise_alerts_of_late(channels text[], repeat_after interval, late_job text,
    no_success_for interval, running_for interval) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    success timestamptz;
    running caravana.servicenow_execution_log;
BEGIN
    IF no_success_for > interval '0' THEN
        SELECT ended_at INTO success FROM caravana.servicenow_execution_log
        WHERE execution_type = late_job AND status = 'success' ORDER BY started_at DESC LIMIT 1;
        IF success IS NULL THEN
            INSERT INTO caravana.alert (job, watch, since) VALUES (late_job, 'late', clock_timestamp()) ON CONFLICT DO NOTHING;
            SELECT since INTO success FROM caravana.alert WHERE job = late_job AND watch = 'late';
        END IF;
        IF success + no_success_for < clock_timestamp() THEN
            PERFORM caravana.raise_alert(channels, repeat_after, late_job, 'late', 'late', success, false,
              jsonb_build_object('event', 'late', 'job', late_job, 'tables', '[]'::jsonb));
        END IF;
    END IF;
    IF running_for > interval '0' THEN
        SELECT * INTO running FROM caravana.servicenow_execution_log
        WHERE execution_type = late_job AND status = 'running' AND started_at + running_for < clock_timestamp()
        ORDER BY started_at DESC LIMIT 1;
        IF FOUND THEN
            PERFORM caravana.raise_alert(channels, repeat_after, late_job, 'running', running.execution_id, running.started_at, false,
              caravana.notice_of('running-long', running, (caravana.tables_in_trouble(running.execution_id)).tables));
        END IF;
    END IF;
END $$;
