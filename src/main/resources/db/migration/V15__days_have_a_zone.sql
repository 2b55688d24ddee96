-- The zone in which the days of start_date..end_date begin and end. NULL: that of caravana.time-zone, as nobody noted it.
ALTER TABLE caravana.servicenow_execution_log ADD COLUMN time_zone text;
