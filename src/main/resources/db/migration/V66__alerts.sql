-- What is wrong, as far as people are told, is called an alert. Rules on changes may raise alerts of their own kinds.
ALTER TABLE caravana.trouble RENAME TO alert;
ALTER TABLE caravana.alert DROP CONSTRAINT trouble_watch_check;
