-- Somebody wants the execution to end; the process that runs it looks for that.
ALTER TABLE caravana.servicenow_execution_log ADD COLUMN cancel_requested boolean NOT NULL DEFAULT false;
