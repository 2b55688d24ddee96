-- What the reader of a table load should know and that is no failure, in words: such as what the dictionary does not show.
ALTER TABLE caravana.table_load ADD COLUMN notes text;
