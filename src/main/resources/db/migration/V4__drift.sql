-- What has changed in the source's columns, in words.
ALTER TABLE caravana.table_load ADD COLUMN drift text;

-- The columns that the source's dictionary has shown at any load. One that it no longer shows has vanished; a column that
-- is not in here is none of the source's.
CREATE TABLE caravana.replica_column (
    table_name  text NOT NULL,
    column_name text NOT NULL,
    PRIMARY KEY (table_name, column_name)
);
