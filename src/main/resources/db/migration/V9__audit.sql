-- Who asked for a change or signed in, and what came of it. Lines are added and never changed.
CREATE TABLE caravana.audit (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- null: nobody had signed in
    who          text,
    signed_in_by text NOT NULL CHECK (signed_in_by IN ('password', 'token', 'oidc', 'none')),
    from_address text NOT NULL,
    method       text NOT NULL,
    path         text NOT NULL,
    -- the HTTP status of the answer
    status       integer NOT NULL
);
CREATE INDEX audit_at ON caravana.audit (at);

CREATE FUNCTION caravana.refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'caravana.audit is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- ALWAYS: also where session_replication_role switches ordinary triggers off
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON caravana.audit
    FOR EACH STATEMENT EXECUTE FUNCTION caravana.refuse_to_change_audit();
ALTER TABLE caravana.audit ENABLE ALWAYS TRIGGER audit_is_append_only;
