-- What an execution reads of its tables; of those before this version nobody noted it.
ALTER TABLE caravana.servicenow_execution_log ADD COLUMN sync_mode text;
