-- case: text that is no SQL
-- judge
-- finds: unknown-statement
ALTER TABLE email ADD COLUM subject text REFERENCES;

-- case: plain SQL
-- judge
CREATE TABLE email (id integer PRIMARY KEY);

-- case: a table that a query fills
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- finds: long-write-lock, unknown-statement
CREATE TABLE copied AS SELECT id, subject FROM email;
