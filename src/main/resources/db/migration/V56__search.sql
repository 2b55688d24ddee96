-- The search over tickets. Everything in here can be made anew from the replica; it is empty until somebody searches.

-- What a ticket says. The state and what follows are for filters, so that they need not look at the ticket.
CREATE TABLE caravana.search_document (
    table_name       text NOT NULL,
    sys_id           text NOT NULL,
    -- the etl_updated_at of the ticket that was read
    version          timestamptz NOT NULL,
    updated_at       timestamptz,
    state            text,
    priority         text,
    company          text,
    assignment_group text,
    words            tsvector NOT NULL,
    PRIMARY KEY (table_name, sys_id)
);
CREATE INDEX search_document_words ON caravana.search_document USING gin (words);
CREATE INDEX search_document_recent ON caravana.search_document (updated_at DESC NULLS LAST);

-- The words of languages that tickets have ever had. Two that are alike with one letter left out differ by one slip.
CREATE TABLE caravana.search_word (
    word     text PRIMARY KEY,
    stem     text NOT NULL,
    misspelt text[] NOT NULL
);
CREATE INDEX search_word_stem ON caravana.search_word (stem);
CREATE INDEX search_word_misspelt ON caravana.search_word USING gin (misspelt);

-- How far the index has followed each table: everything before "position", and of what changed until "until" the keys up to "last_key".
CREATE TABLE caravana.search_progress (
    table_name text PRIMARY KEY,
    position   timestamptz NOT NULL DEFAULT '-infinity',
    until      timestamptz,
    last_key   text NOT NULL DEFAULT ''
);

-- The moment before which every change of a replica row can be seen: etl_updated_at is when the transaction began that wrote it.
CREATE FUNCTION caravana.settled_at() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
$$;
