-- What people call the replica's tables and columns, and what these refer to: from ServiceNow's dictionary.
CREATE TABLE caravana.described_table (
    table_name  text PRIMARY KEY,
    schema_name text NOT NULL,
    source      text NOT NULL,
    label       text NOT NULL
);
CREATE TABLE caravana.described_column (
    table_name  text NOT NULL,
    column_name text NOT NULL,
    label       text NOT NULL,
    -- the table in ServiceNow that the values are keys of; empty when it is no reference
    reference   text NOT NULL,
    -- the table in ServiceNow that declares the column: its own, or one above it
    owner       text NOT NULL,
    PRIMARY KEY (table_name, column_name)
);

-- The views in the schema reports that Caravana has made. One that somebody has changed or replaced is theirs.
CREATE TABLE caravana.report_view (
    view_name  text PRIMARY KEY,
    -- 0: of a table, 1: made of those
    level      integer NOT NULL,
    statement  text NOT NULL,
    -- as PostgreSQL shows it
    definition text NOT NULL,
    -- statements that give the view's rights to others again when it is made anew
    grants     text[] NOT NULL DEFAULT '{}'
);

-- What the views were made of last; while it is the same there is nothing to do.
CREATE TABLE caravana.report_signature (signature text NOT NULL);
