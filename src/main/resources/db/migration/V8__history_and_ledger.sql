-- What has become of single rows, for those who follow. The partitions are the days of committed_at, in UTC.
CREATE SEQUENCE caravana.change_event_id;
CREATE TABLE caravana.change_event (
    id           bigint NOT NULL DEFAULT nextval('caravana.change_event_id'),
    table_name   text NOT NULL,
    sys_id       text NOT NULL,
    number       text,
    kind         text NOT NULL CHECK (kind IN ('created', 'updated', 'deleted')),
    -- {"column": [old, new]} of the columns that differ
    changes      jsonb NOT NULL,
    execution_id text NOT NULL,
    -- Taken in the transaction, shortly before it commits: PostgreSQL keeps no time of the commit itself.
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The transaction: neither ids nor times become visible in their order.
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (xid, id, committed_at)
) PARTITION BY RANGE (committed_at);
CREATE INDEX change_event_row ON caravana.change_event (table_name, sys_id);

-- Takes what has no day of its own, so that no write ever fails for it.
CREATE TABLE caravana.change_event_other PARTITION OF caravana.change_event DEFAULT;

-- The events behind which no other can appear any more, as every transaction before them has ended.
CREATE VIEW caravana.change_feed AS
SELECT * FROM caravana.change_event WHERE xid < pg_snapshot_xmin(pg_current_snapshot());

-- Makes the partitions of today and the next two days. What cannot be made now is made the next time: until then the
-- events go to change_event_other.
CREATE FUNCTION caravana.add_change_event_days() RETURNS void LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day   date;
    name  text;
BEGIN
    FOR day IN SELECT today + n FROM generate_series(0, 2) AS n LOOP
        name := 'change_event_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('caravana.' || name) IS NOT NULL;
        IF NOT pg_try_advisory_xact_lock(hashtext('caravana.change_event')) THEN
            RETURN;
        END IF;
        BEGIN
            -- attached, not made as a partition: that would keep writers out
            EXECUTE format('CREATE TABLE caravana.%I (LIKE caravana.change_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
            EXECUTE format('ALTER TABLE caravana.change_event ATTACH PARTITION caravana.%I FOR VALUES FROM (%L) TO (%L)',
                name, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN lock_not_available OR check_violation OR duplicate_table THEN
            RETURN;
        END;
    END LOOP;
END $$;
SELECT caravana.add_change_event_days();

-- Drops the days that lie wholly before a moment, and answers with their number.
CREATE FUNCTION caravana.drop_change_events_before(moment timestamptz) RETURNS integer LANGUAGE plpgsql SET lock_timeout = '10s' AS $$
DECLARE
    day     regclass;
    dropped integer := 0;
BEGIN
    FOR day IN
        SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'caravana.change_event'::regclass AND relname ~ '^change_event_\d{8}$'
          AND to_date(right(relname, 8), 'YYYYMMDD') + 1 <= moment AT TIME ZONE 'UTC'
    LOOP
        EXECUTE 'DROP TABLE ' || day;
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM caravana.change_event_other WHERE committed_at < moment;
    RETURN dropped;
END $$;

-- Writes the event of a row. A row that is marked as deleted counts as not there.
CREATE FUNCTION caravana.note_change() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
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
        INSERT INTO caravana.change_event (table_name, sys_id, number, kind, changes, execution_id)
        VALUES (TG_TABLE_NAME, coalesce(after ->> 'sys_id', before ->> 'sys_id'),
            coalesce(after ->> 'number', before ->> 'number'), kind, diff, current_setting('caravana.ledger_of'));
        PERFORM pg_notify('caravana_changes', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;

-- From when a version is true: its own stamp, or the load's time where that tells nothing new. Always behind the one before.
CREATE FUNCTION caravana.version_begin(stamp timestamptz, earlier timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN stamp > earlier THEN stamp ELSE greatest(now(), earlier + interval '1 microsecond') END
$$;

-- The two statements that bring a table's history up to rows of the table, as text: its columns may change with each load.
-- The first closes the versions that are no longer true, the second opens one for each row that has none.
CREATE FUNCTION caravana.history_statements(replica regclass, new_rows text, OUT history text, OUT closing text, OUT opening text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept     text[];
    compared text[];
    stamp    text := 'NULL::timestamptz';
    gone     text := 'false';
BEGIN
    SELECT format('%I.%I', nspname, relname || '_history') INTO history
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = replica;
    SELECT array_agg(quote_ident(attname)), array_agg(quote_ident(attname)) FILTER (WHERE attname NOT LIKE 'etl\_%')
    INTO kept, compared
    FROM pg_attribute AS mine JOIN pg_attribute AS theirs USING (attname)
    WHERE mine.attrelid = replica AND mine.attnum > 0 AND NOT mine.attisdropped
      AND theirs.attrelid = to_regclass(history) AND theirs.attnum > 0 AND NOT theirs.attisdropped;
    IF EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = replica AND attname = 'sys_updated_on' AND atttypid = 'timestamptz'::regtype) THEN
        stamp := 'n.sys_updated_on';
    END IF;
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = replica AND attname = 'etl_deleted_at') THEN
        gone := 'n.etl_deleted_at IS NOT NULL';
    END IF;
    closing := format('UPDATE %1$s AS h SET valid_to = caravana.version_begin(CASE WHEN NOT (%2$s) THEN %3$s END, h.valid_from)
        FROM %4$s AS n WHERE n.sys_id = h.sys_id AND h.valid_to IS NULL AND (%2$s OR (h.%5$s) IS DISTINCT FROM (n.%6$s))',
        history, gone, stamp, new_rows, array_to_string(compared, ', h.'), array_to_string(compared, ', n.'));
    opening := format('INSERT INTO %1$s (%2$s, valid_from)
        SELECT n.%3$s, CASE WHEN earlier.until IS NULL THEN coalesce(%4$s, n.etl_updated_at)
          WHEN %4$s >= earlier.until THEN %4$s ELSE greatest(now(), earlier.until) END
        FROM %5$s AS n CROSS JOIN LATERAL (
          SELECT max(h.valid_to) AS until, bool_or(h.valid_to IS NULL) AS is_open FROM %1$s AS h WHERE h.sys_id = n.sys_id
        ) AS earlier WHERE earlier.is_open IS NOT TRUE AND NOT (%6$s)',
        history, array_to_string(kept, ', '), array_to_string(kept, ', n.'), stamp, new_rows, gone);
END $$;

-- Keeps the history of the rows that a statement has written or deleted.
CREATE FUNCTION caravana.keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    statements record := caravana.history_statements(TG_RELID, 'new_rows');
BEGIN
    IF TG_OP = 'DELETE' THEN
        EXECUTE format('UPDATE %s AS h SET valid_to = caravana.version_begin(NULL, h.valid_from)
            FROM old_rows WHERE old_rows.sys_id = h.sys_id AND h.valid_to IS NULL', statements.history);
    ELSIF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('UPDATE %s SET valid_to = caravana.version_begin(NULL, valid_from) WHERE valid_to IS NULL', statements.history);
    ELSE
        EXECUTE statements.closing;
        EXECUTE statements.opening;
    END IF;
    RETURN NULL;
END $$;

-- Gives a table's history, if it has one, the columns that the table has.
CREATE FUNCTION caravana.extend_history(replica regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    history regclass;
    added   text;
BEGIN
    SELECT to_regclass(format('%I.%I', nspname, relname || '_history')) INTO history
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = replica;
    SELECT string_agg(format('ADD COLUMN %I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) INTO added
    FROM pg_attribute
    WHERE attrelid = replica AND attnum > 0 AND NOT attisdropped AND attname <> 'etl_deleted_at'
      AND attname NOT IN (SELECT attname FROM pg_attribute WHERE attrelid = history AND NOT attisdropped);
    IF history IS NOT NULL AND added IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %s %s', history, added);
    END IF;
END $$;

-- Begins the history of a table, or goes on with one that was switched off: from here on it follows each statement.
CREATE FUNCTION caravana.begin_history(replica regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    statements record := caravana.history_statements(replica, replica::text);
    as_of      text;
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = replica AND attname IN ('valid_from', 'valid_to')) THEN
        RAISE EXCEPTION '% has a column valid_from or valid_to of its own, so it can have no history. Take history: true off its entry in tables.yaml', replica;
    END IF;
    IF to_regclass(statements.history) IS NULL THEN
        EXECUTE format('CREATE TABLE %s (sys_id text NOT NULL, valid_from timestamptz NOT NULL,
            valid_to timestamptz CHECK (valid_to > valid_from), PRIMARY KEY (sys_id, valid_from))', statements.history);
        EXECUTE format('CREATE UNIQUE INDEX ON %s (sys_id) WHERE valid_to IS NULL', statements.history);
    END IF;
    PERFORM caravana.extend_history(replica);
    SELECT format('%I.%I', nspname, relname || '_as_of') INTO as_of
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = replica;
    EXECUTE format('CREATE OR REPLACE FUNCTION %s(moment timestamptz) RETURNS SETOF %s LANGUAGE sql STABLE AS %L',
        as_of, statements.history,
        format('SELECT * FROM %s WHERE valid_from <= moment AND (valid_to IS NULL OR valid_to > moment)', statements.history));
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

-- Has a table followed by its history and by the ledger, as far as its entry says so.
CREATE FUNCTION caravana.follow(replica regclass, history boolean, ledger boolean) RETURNS void LANGUAGE plpgsql AS $$
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
