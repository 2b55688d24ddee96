-- Whether a ticket of this company and group lies within what somebody may see. Keys of companies and of groups; NULL: all of them. A
-- ticket without a company lies in nobody's companies. The one rule: lists, counters, search, exports and events call it.
-- Simple enough for PostgreSQL to write it out into the query, where it may use an index.
CREATE FUNCTION caravana.in_scope(company text, assignment_group text, companies text[], groups text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (companies IS NULL OR company = ANY (companies)) AND (groups IS NULL OR assignment_group = ANY (groups))
    $$;
