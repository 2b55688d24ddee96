-- What the assistant was asked and answered, and what became of proposals: a chain in which each link has the hash of the one before. Rows
-- are added by triggers, in the transaction of what they tell of.
CREATE TABLE caravana.audit_chain (
    place    bigint PRIMARY KEY,
    at       timestamptz NOT NULL,
    kind     text NOT NULL,
    who      text NOT NULL,
    content  text NOT NULL,
    previous text NOT NULL,
    sha256   text NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON caravana.audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION caravana.refuse_change();
ALTER TABLE caravana.audit_chain ENABLE ALWAYS TRIGGER append_only;

-- The hash of a link: SHA-256 of its fields in UTF-8, with line feeds between them.
CREATE FUNCTION caravana.audit_hash(place bigint, at timestamptz, kind text, who text, content text, previous text) RETURNS text
    LANGUAGE sql STABLE AS $$
        SELECT encode(sha256(convert_to(concat_ws(chr(10), CAST(place AS text), to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            kind, who, content, previous), 'UTF8')), 'hex')
    $$;

-- One after the other: a link needs the one before.
CREATE FUNCTION caravana.append_audit(of_kind text, by_whom text, about jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last   caravana.audit_chain%ROWTYPE;
    moment timestamptz := clock_timestamp();
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('caravana.audit_chain'));
    SELECT * INTO last FROM caravana.audit_chain ORDER BY place DESC LIMIT 1;
    INSERT INTO caravana.audit_chain (place, at, kind, who, content, previous, sha256)
    VALUES (coalesce(last.place, 0) + 1, moment, of_kind, coalesce(by_whom, ''), CAST(about AS text), coalesce(last.sha256, ''),
        caravana.audit_hash(coalesce(last.place, 0) + 1, moment, of_kind, coalesce(by_whom, ''), CAST(about AS text), coalesce(last.sha256, '')));
END $$;

-- Whether every link fits the one before, and the newest: what is noted of that elsewhere shows whether the end was cut off.
CREATE FUNCTION caravana.check_audit_chain(OUT links bigint, OUT broken_at bigint, OUT head_place bigint, OUT head text)
    LANGUAGE sql STABLE AS $$
        WITH link AS (
            SELECT *, lag(c.sha256, 1, '') OVER w AS before, lag(c.place, 1, CAST(0 AS bigint)) OVER w AS place_before
            FROM caravana.audit_chain AS c WINDOW w AS (ORDER BY c.place)
        )
        SELECT count(*), min(place) FILTER (WHERE previous <> before OR place <> place_before + 1
              OR sha256 <> caravana.audit_hash(place, at, kind, who, content, previous)),
            max(place), (SELECT sha256 FROM caravana.audit_chain ORDER BY place DESC LIMIT 1)
        FROM link
    $$;

CREATE FUNCTION caravana.audit_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM caravana.append_audit('answer', c.owner, jsonb_build_object('conversation', c.id, 'agent', c.agent, 'question', NEW.question,
        'claims', NEW.answer -> 'claims', 'not_found', NEW.answer -> 'not_found', 'struck', NEW.answer -> 'struck',
        'evidence', (SELECT jsonb_agg(jsonb_build_object('id', e -> 'id', 'tool', e -> 'tool', 'args', e -> 'args', 'key', e -> 'key',
            'as_of', e -> 'as_of', 'sha256', e -> 'sha256')) FROM jsonb_array_elements(NEW.answer -> 'evidence') AS e)))
    FROM caravana.conversation AS c WHERE c.id = NEW.conversation;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_turn AFTER INSERT ON caravana.chat_turn FOR EACH ROW EXECUTE FUNCTION caravana.audit_turn();

CREATE FUNCTION caravana.audit_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM caravana.append_audit('proposal', NEW.asked_by, jsonb_build_object('proposal', NEW.id, 'content', CAST(NEW.content AS jsonb),
            'sha256', NEW.sha256));
    ELSIF NEW.state <> OLD.state THEN
        PERFORM caravana.append_audit('proposal ' || NEW.state, NEW.decided_by, jsonb_build_object('proposal', NEW.id, 'outcome', NEW.outcome));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_proposal AFTER INSERT OR UPDATE ON caravana.proposal FOR EACH ROW EXECUTE FUNCTION caravana.audit_proposal();
