-- When a table's history was kept. How its rows were outside of every span, nobody knows.
CREATE TABLE caravana.history_span (
    table_name text NOT NULL,
    -- when the first load ended after it was switched on; NULL: none has yet
    began      timestamptz,
    -- when it was switched off; NULL: it is kept
    ended      timestamptz
);
CREATE UNIQUE INDEX history_span_open ON caravana.history_span (table_name) WHERE ended IS NULL;

-- Ends the span that a table's history is in. One that has not begun was none.
CREATE FUNCTION caravana.end_history_span(replica_name text) RETURNS void LANGUAGE sql AS $$
    DELETE FROM caravana.history_span WHERE table_name = replica_name AND began IS NULL;
    UPDATE caravana.history_span SET ended = now() WHERE table_name = replica_name AND ended IS NULL;
$$;

-- Makes the function that answers with a table's rows of a moment, and refuses a moment of which its history knows nothing.
-- What it asks for that is in the replica's schema, and sees caravana.history_span for whoever may see the history.
CREATE FUNCTION caravana.make_as_of(replica regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    schema_name  text;
    replica_name text;
BEGIN
    SELECT nspname, relname INTO schema_name, replica_name
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = replica;
    IF to_regprocedure(format('%I.history_covers(text, timestamptz)', schema_name)) IS NULL THEN
        -- several tables may be loaded for the first time at once
        PERFORM pg_advisory_xact_lock(hashtext('caravana.history_covers'));
        EXECUTE format($make$
            CREATE OR REPLACE FUNCTION %I.history_covers(replica_name text, moment timestamptz) RETURNS boolean
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
            DECLARE
                known text;
                first timestamptz;
            BEGIN
                IF EXISTS (SELECT FROM caravana.history_span
                        WHERE table_name = replica_name AND moment >= began AND (ended IS NULL OR moment < ended)) THEN
                    RETURN true;
                END IF;
                SELECT min(began), string_agg(format('from %%s to %%s', began, coalesce(ended::text, 'now')), ', ' ORDER BY began)
                INTO first, known FROM caravana.history_span WHERE table_name = replica_name AND began IS NOT NULL;
                IF first IS NULL THEN
                    RAISE EXCEPTION 'the history of %% has not begun: no load of it has ended since it was switched on', replica_name
                        USING ERRCODE = 'invalid_parameter_value';
                END IF;
                RAISE EXCEPTION 'how %% was at %% is not known: its history was kept %%', replica_name, moment, known
                    USING ERRCODE = 'invalid_parameter_value', HINT = 'Ask for a moment in that time.';
            END $body$ $make$, schema_name);
    END IF;
    EXECUTE format('CREATE OR REPLACE FUNCTION %1$I.%2$I(moment timestamptz) RETURNS SETOF %1$I.%3$I LANGUAGE sql STABLE AS %4$L',
        schema_name, replica_name || '_as_of', replica_name || '_history',
        format('SELECT * FROM %1$I.%2$I WHERE %1$I.history_covers(%3$L, moment)
            AND valid_from <= moment AND (valid_to IS NULL OR valid_to > moment)',
            schema_name, replica_name || '_history', replica_name));
END $$;

-- Begins the history of a table, or goes on with one that was switched off: from here on it follows each statement.
CREATE OR REPLACE FUNCTION caravana.begin_history(replica regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    statements   record := caravana.history_statements(replica, replica::text);
    replica_name text := (SELECT relname FROM pg_class WHERE oid = replica);
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = replica AND attname IN ('valid_from', 'valid_to')) THEN
        RAISE EXCEPTION '% has a column valid_from or valid_to of its own, so it can have no history. Take history: true off its entry in tables.yaml', replica;
    END IF;
    IF to_regclass(statements.history) IS NULL THEN
        EXECUTE format('CREATE TABLE %s (sys_id text NOT NULL, valid_from timestamptz NOT NULL,
            valid_to timestamptz CHECK (valid_to > valid_from), PRIMARY KEY (sys_id, valid_from))', statements.history);
        EXECUTE format('CREATE UNIQUE INDEX ON %s (sys_id) WHERE valid_to IS NULL', statements.history);
        DELETE FROM caravana.history_span WHERE table_name = replica_name;
    END IF;
    -- where the table was dropped, nobody has said that its history ends
    PERFORM caravana.end_history_span(replica_name);
    INSERT INTO caravana.history_span (table_name) VALUES (replica_name);
    PERFORM caravana.extend_history(replica);
    PERFORM caravana.make_as_of(replica);
    EXECUTE format('CREATE TRIGGER history_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION caravana.keep_history()', replica);
    EXECUTE format('CREATE TRIGGER history_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION caravana.keep_history()', replica);
    EXECUTE format('CREATE TRIGGER history_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION caravana.keep_history()', replica);
    EXECUTE format('CREATE TRIGGER history_truncate AFTER TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION caravana.keep_history()', replica);
    statements := caravana.history_statements(replica, replica::text);
    EXECUTE format('UPDATE %s AS h SET valid_to = caravana.version_begin(NULL, h.valid_from)
        WHERE h.valid_to IS NULL AND NOT EXISTS (SELECT FROM %s AS n WHERE n.sys_id = h.sys_id)', statements.history, replica);
    EXECUTE statements.closing;
    EXECUTE statements.opening;
END $$;

-- Deletes the versions that ended before a moment, and answers with their number: the history then begins at that moment.
CREATE FUNCTION caravana.drop_history_before(replica regclass, moment timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    statements   record := caravana.history_statements(replica, replica::text);
    replica_name text := (SELECT relname FROM pg_class WHERE oid = replica);
    dropped      bigint;
BEGIN
    EXECUTE format('DELETE FROM %s WHERE valid_to <= $1', statements.history) USING moment;
    GET DIAGNOSTICS dropped = ROW_COUNT;
    DELETE FROM caravana.history_span WHERE table_name = replica_name AND ended <= moment;
    UPDATE caravana.history_span SET began = moment WHERE table_name = replica_name AND began < moment;
    RETURN dropped;
END $$;

-- Has a table followed by its history and by the ledger, as far as its entry says so.
CREATE OR REPLACE FUNCTION caravana.follow(replica regclass, history boolean, ledger boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    is_kept  boolean := EXISTS (SELECT FROM pg_trigger WHERE tgrelid = replica AND tgname = 'history_insert');
    is_noted boolean := EXISTS (SELECT FROM pg_trigger WHERE tgrelid = replica AND tgname = 'note_change');
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
    IF ledger THEN
        PERFORM caravana.add_change_event_days();
        IF NOT is_noted THEN
            -- the condition is looked at before anything is done for a row: loads that note nothing hardly feel it
            EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW
                WHEN (current_setting(%L, true) <> %L) EXECUTE FUNCTION caravana.note_change()', replica, 'caravana.ledger_of', '');
        END IF;
    END IF;
END $$;

-- Of a history that is older than this table nobody noted when it began. It was kept when a version was stored behind another
-- one, and where none was, it is known from now on.
DO $$
DECLARE
    replica record;
    first   timestamptz;
    last    timestamptz;
BEGIN
    FOR replica IN
        SELECT mine.oid::regclass AS name, mine.relname, history.oid::regclass AS history,
          EXISTS (SELECT FROM pg_trigger WHERE tgrelid = mine.oid AND tgname = 'history_insert') AS is_kept
        FROM pg_class AS history
        JOIN pg_class AS mine ON mine.relnamespace = history.relnamespace AND mine.relname || '_history' = history.relname
        JOIN pg_proc ON pronamespace = mine.relnamespace AND proname = mine.relname || '_as_of' AND prorettype = history.reltype
        WHERE history.relkind = 'r'
    LOOP
        EXECUTE format('SELECT min(etl_updated_at), max(etl_updated_at) FROM %1$s AS h
            WHERE EXISTS (SELECT FROM %1$s AS earlier WHERE earlier.sys_id = h.sys_id AND earlier.valid_from < h.valid_from)',
            replica.history) INTO first, last;
        IF replica.is_kept OR first < last THEN
            INSERT INTO caravana.history_span (table_name, began, ended)
            VALUES (replica.relname, coalesce(first, now()), CASE WHEN NOT replica.is_kept THEN last END);
        END IF;
        PERFORM caravana.make_as_of(replica.name);
    END LOOP;
END $$;
