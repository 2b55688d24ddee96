-- As before, but today gets a partition too. Lines that were written before a day had one move from the default partition into it.
CREATE OR REPLACE FUNCTION caravana.turn_action_log(moment timestamptz) RETURNS integer LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
DECLARE
    today   date := (now() AT TIME ZONE 'UTC')::date;
    day     date;
    name    text;
    first   timestamptz;
    next    timestamptz;
    old     regclass;
    dropped integer := 0;
BEGIN
    FOR day IN SELECT today + n FROM generate_series(0, 2) AS n LOOP
        name := 'action_log_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('caravana.' || name) IS NOT NULL;
        first := day::timestamp AT TIME ZONE 'UTC';
        next := (day + 1)::timestamp AT TIME ZONE 'UTC';
        -- PostgreSQL refuses a partition whose rows are in the default one: nobody may write there meanwhile.
        LOCK TABLE caravana.action_log_other IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE caravana.%I (LIKE caravana.action_log INCLUDING DEFAULTS)', name);
        EXECUTE format('WITH moved AS (DELETE FROM caravana.action_log_other WHERE created_at >= %L AND created_at < %L RETURNING *)
            INSERT INTO caravana.%I SELECT * FROM moved', first, next, name);
        EXECUTE format('ALTER TABLE caravana.action_log ATTACH PARTITION caravana.%I FOR VALUES FROM (%L) TO (%L)', name, first, next);
    END LOOP;
    FOR old IN
        SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'caravana.action_log'::regclass AND relname ~ '^action_log_\d{8}$'
          AND to_date(right(relname, 8), 'YYYYMMDD') + 1 <= moment AT TIME ZONE 'UTC'
    LOOP
        EXECUTE 'DROP TABLE ' || old;
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM caravana.action_log_other WHERE created_at < moment;
    RETURN dropped;
END $$;

SELECT caravana.turn_action_log('-infinity');
