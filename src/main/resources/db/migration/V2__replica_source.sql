-- The instance that the replica tables are a copy of. Rows of another one would be taken for deleted.
CREATE TABLE caravana.replica_source (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    url      text NOT NULL,
    since    timestamptz NOT NULL DEFAULT now()
);
