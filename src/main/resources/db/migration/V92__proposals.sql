-- Writes that wait for the approval of a second person. A row is never deleted; its state only goes forward.
CREATE TABLE caravana.proposal (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    action      text NOT NULL CHECK (action IN ('rerun', 'hold', 'release', 'confirm-succ', 'confirm-abend')),
    job_id      text NOT NULL,
    run_id      text,
    -- what was proposed, as canonical JSON, and its SHA-256: what is approved is what was read
    content     text NOT NULL,
    sha256      text NOT NULL,
    ticket      text,
    asked_by    text NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    state       text NOT NULL DEFAULT 'open'
                CHECK (state IN ('open', 'rejected', 'expired', 'approved', 'sent', 'done', 'outdated', 'refused', 'unknown')),
    decided_by  text,
    decided_at  timestamptz,
    sent_at     timestamptz,
    outcome     text
);
CREATE INDEX proposal_open ON caravana.proposal (asked_at) WHERE state IN ('open', 'sent');
COMMENT ON COLUMN caravana.proposal.state IS
    'sent: the request has left, and its answer is not known yet; unknown: it will not be known any more, and nothing is sent again';
