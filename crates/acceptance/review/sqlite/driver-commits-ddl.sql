-- case: rows, then the schema
-- setup
CREATE TABLE email (id integer PRIMARY KEY, folder text);
-- judge
INSERT INTO email (id) VALUES (1);
-- finds: driver-commits-ddl
ALTER TABLE email ADD COLUMN archived_at text;

-- case: the schema, then rows
-- setup
CREATE TABLE email (id integer PRIMARY KEY, folder text);
-- judge
ALTER TABLE email ADD COLUMN archived_at text;
INSERT INTO email (id) VALUES (1);
