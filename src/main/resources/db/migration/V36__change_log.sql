-- One word for one thing: what was called ledger, change event and change feed is the change log, and a row of it is a change event.
-- Replica tables get their trigger anew; whoever uses one for long stops the start, and not everybody behind it.
SET LOCAL lock_timeout = '1min';

ALTER SEQUENCE caravana.change_event_id RENAME TO change_log_id;
ALTER TABLE caravana.change_event RENAME TO change_log;
ALTER TABLE caravana.change_log RENAME CONSTRAINT change_event_pkey TO change_log_pkey;
ALTER INDEX caravana.change_event_row RENAME TO change_log_row;
ALTER VIEW caravana.change_feed RENAME TO change_log_settled;
DO $$
DECLARE
    day text;
BEGIN
    FOR day IN SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'caravana.change_log'::regclass LOOP
        EXECUTE format('ALTER TABLE caravana.%I RENAME TO %I', day, replace(day, 'change_event', 'change_log'));
    END LOOP;
END $$;

-- Creates the partitions of today and the next two days. What cannot be created now is created the next time: until then the
-- events go to change_log_other.
CREATE FUNCTION caravana.add_change_log_days() RETURNS void LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day   date;
    name  text;
BEGIN
    FOR day IN SELECT today + n FROM generate_series(0, 2) AS n LOOP
        name := 'change_log_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('caravana.' || name) IS NOT NULL;
        IF NOT pg_try_advisory_xact_lock(hashtext('caravana.change_log')) THEN
            RETURN;
        END IF;
        BEGIN
            -- attached, not created as a partition: that would keep writers out
            EXECUTE format('CREATE TABLE caravana.%I (LIKE caravana.change_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
            EXECUTE format('ALTER TABLE caravana.change_log ATTACH PARTITION caravana.%I FOR VALUES FROM (%L) TO (%L)',
                name, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN lock_not_available OR check_violation OR duplicate_table THEN
            RETURN;
        END;
    END LOOP;
END $$;
DROP FUNCTION caravana.add_change_event_days();

-- Drops the days that lie entirely before a moment, and returns their number.
CREATE FUNCTION caravana.drop_change_log_before(moment timestamptz) RETURNS integer LANGUAGE plpgsql SET lock_timeout = '10s' AS $$
DECLARE
    day     regclass;
    dropped integer := 0;
BEGIN
    FOR day IN
        SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'caravana.change_log'::regclass AND relname ~ '^change_log_\d{8}$'
          AND to_date(right(relname, 8), 'YYYYMMDD') + 1 <= moment AT TIME ZONE 'UTC'
    LOOP
        EXECUTE 'DROP TABLE ' || day;
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM caravana.change_log_other WHERE committed_at < moment;
    RETURN dropped;
END $$;

-- Logs the change of a row. A row that is marked as deleted counts as absent.
CREATE FUNCTION caravana.log_change() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
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
        INSERT INTO caravana.change_log (table_name, sys_id, number, kind, changes, execution_id)
        VALUES (TG_TABLE_NAME, coalesce(after ->> 'sys_id', before ->> 'sys_id'),
            coalesce(after ->> 'number', before ->> 'number'), kind, diff, current_setting('caravana.change_log_execution'));
        PERFORM pg_notify('caravana_changes', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;

-- Lets the change log follow a table. The trigger's condition is checked before anything is done for a row, so loads that log nothing
-- hardly notice it.
CREATE FUNCTION caravana.begin_change_log(replica regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER log_change AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW
        WHEN (current_setting(%L, true) <> %L) EXECUTE FUNCTION caravana.log_change()', replica, 'caravana.change_log_execution', '');
END $$;
DO $$
DECLARE
    replica regclass;
BEGIN
    FOR replica IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgfoid = 'caravana.note_change()'::regprocedure ORDER BY 1 LOOP
        EXECUTE format('DROP TRIGGER note_change ON %s', replica);
        PERFORM caravana.begin_change_log(replica);
    END LOOP;
END $$;
DROP FUNCTION caravana.note_change();

-- Lets history and change log follow a table, as its entry says.
DROP FUNCTION caravana.follow(regclass, boolean, boolean);
CREATE FUNCTION caravana.follow(replica regclass, history boolean, change_log boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    is_kept   boolean := EXISTS (SELECT FROM pg_trigger WHERE tgrelid = replica AND tgname = 'history_insert');
    is_logged boolean := EXISTS (SELECT FROM pg_trigger WHERE tgrelid = replica AND tgname = 'log_change');
BEGIN
    IF history AND NOT is_kept THEN
        PERFORM caravana.begin_history(replica);
    ELSIF is_kept AND NOT history THEN
        EXECUTE format('DROP TRIGGER history_insert ON %s', replica);
        EXECUTE format('DROP TRIGGER history_update ON %s', replica);
        EXECUTE format('DROP TRIGGER history_delete ON %s', replica);
        EXECUTE format('DROP TRIGGER history_truncate ON %s', replica);
        PERFORM caravana.end_history_span((SELECT relname FROM pg_class WHERE oid = replica));
    END IF;
    IF change_log THEN
        PERFORM caravana.add_change_log_days();
        IF NOT is_logged THEN
            PERFORM caravana.begin_change_log(replica);
        END IF;
    END IF;
END $$;

-- The old names, for whoever reads by them, with the rights that were granted on them.
CREATE VIEW caravana.change_event AS SELECT * FROM caravana.change_log;
COMMENT ON VIEW caravana.change_event IS 'Deprecated: read caravana.change_log';
CREATE VIEW caravana.change_feed AS SELECT * FROM caravana.change_log_settled;
COMMENT ON VIEW caravana.change_feed IS 'Deprecated: read caravana.change_log_settled';
DROP FUNCTION caravana.drop_change_events_before(timestamptz);
CREATE FUNCTION caravana.drop_change_events_before(moment timestamptz) RETURNS integer LANGUAGE sql
    AS 'SELECT caravana.drop_change_log_before(moment)';
COMMENT ON FUNCTION caravana.drop_change_events_before(timestamptz) IS 'Deprecated: call caravana.drop_change_log_before';
DO $$
DECLARE
    reader record;
BEGIN
    FOR reader IN
        SELECT old_name, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS name
        FROM (VALUES ('change_event', 'change_log'), ('change_feed', 'change_log_settled')) AS renamed (old_name, new_name)
        JOIN pg_class ON pg_class.oid = to_regclass('caravana.' || new_name), aclexplode(relacl)
        WHERE privilege_type = 'SELECT' AND grantee <> relowner
    LOOP
        EXECUTE format('GRANT SELECT ON caravana.%I TO %s', reader.old_name, reader.name);
    END LOOP;
END $$;
