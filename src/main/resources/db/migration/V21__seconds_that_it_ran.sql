-- How long an execution and its tables were interrupted: their seconds are those in which they ran.
ALTER TABLE caravana.servicenow_execution_log ADD COLUMN paused_seconds numeric NOT NULL DEFAULT 0;
ALTER TABLE caravana.table_load ADD COLUMN paused_seconds numeric NOT NULL DEFAULT 0;
