-- Whether the execution compares every value with the replica, and not only the fingerprints of rows: one that resumes does what it began.
ALTER TABLE caravana.servicenow_execution_log ADD COLUMN verifies boolean NOT NULL DEFAULT false;

-- Gives a table's history, if it has one, the columns that the table has; not those by which Caravana keeps the table itself.
CREATE OR REPLACE FUNCTION caravana.extend_history(replica regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    history regclass;
    added   text;
BEGIN
    SELECT to_regclass(format('%I.%I', nspname, relname || '_history')) INTO history
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = replica;
    SELECT string_agg(format('ADD COLUMN %I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) INTO added
    FROM pg_attribute
    WHERE attrelid = replica AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('etl_deleted_at', 'etl_fingerprint')
      AND attname NOT IN (SELECT attname FROM pg_attribute WHERE attrelid = history AND NOT attisdropped);
    IF history IS NOT NULL AND added IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %s %s', history, added);
    END IF;
END $$;

-- Keys are random digits, and are read once: to compress them costs more than it saves.
ALTER TABLE caravana.seen_page ALTER COLUMN sys_ids SET STORAGE EXTERNAL;
