ALTER TABLE caravana.table_load
    ADD COLUMN hidden bigint NOT NULL DEFAULT 0,
    ADD COLUMN waiting_until timestamptz;
