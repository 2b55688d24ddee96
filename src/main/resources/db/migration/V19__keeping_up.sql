-- A load without dates, as a timer starts it, also follows what has changed in the rows of other days.
ALTER TABLE caravana.servicenow_execution_log ADD COLUMN keeps_up boolean NOT NULL DEFAULT false;

-- Whether the table was, or is being, read whole by its changes; if not, they are followed in what periods have brought.
ALTER TABLE caravana.watermark ADD COLUMN whole boolean NOT NULL DEFAULT true;
