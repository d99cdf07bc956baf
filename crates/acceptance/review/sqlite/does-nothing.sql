-- case: a table and an index of that name are something else
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, size integer);
CREATE INDEX ix_email ON email (subject);
-- judge
-- finds: does-nothing
CREATE TABLE IF NOT EXISTS email (id integer PRIMARY KEY, body text);
-- finds: does-nothing
CREATE INDEX IF NOT EXISTS ix_email ON email (size);

-- case: they are what is asked for
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE INDEX ix_email ON email (subject);
-- judge
CREATE TABLE IF NOT EXISTS email (id integer PRIMARY KEY, subject text);
CREATE INDEX IF NOT EXISTS ix_email ON email (subject);
