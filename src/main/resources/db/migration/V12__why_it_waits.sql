-- How long the requests of a table load have waited before they were sent, together and for each reason.
ALTER TABLE caravana.table_load
    ADD COLUMN waited_pause_seconds     numeric(14, 3) NOT NULL DEFAULT 0,
    ADD COLUMN waited_rate_seconds      numeric(14, 3) NOT NULL DEFAULT 0,
    ADD COLUMN waited_in_flight_seconds numeric(14, 3) NOT NULL DEFAULT 0;
