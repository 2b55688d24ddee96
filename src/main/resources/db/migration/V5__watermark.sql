-- How far the changes of a table are in the replica. A pass reads up to a moment that is fixed when it begins, in the
-- order of sys_updated_on and sys_id; its place moves with each page's rows.
CREATE TABLE caravana.watermark (
    table_name    text PRIMARY KEY,
    -- What was read: of another filter or other fields nothing is known.
    definition    text NOT NULL,
    -- Every change up to here is in the replica; null until the first pass has ended.
    read_until    timestamptz,
    -- The pass under way; null when there is none.
    pass_until    timestamptz,
    at_updated_on timestamptz,
    at_sys_id     text,
    moved_at      timestamptz NOT NULL DEFAULT now()
);
