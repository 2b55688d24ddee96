-- A Caravana process is a worker; an instance is ServiceNow's.
ALTER TABLE caravana.instance RENAME TO worker;
ALTER TABLE caravana.table_lease RENAME COLUMN instance_key TO worker_key;
-- The advisory lock that the worker's present session holds. A worker without one has not shown since the migration.
ALTER TABLE caravana.worker ADD COLUMN session_lock bigint;
