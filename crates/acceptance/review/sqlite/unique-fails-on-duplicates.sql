-- case: an index on a table with rows
-- setup
CREATE TABLE email (id integer PRIMARY KEY, message text);
-- judge
-- finds: unique-fails-on-duplicates, long-write-lock
CREATE UNIQUE INDEX ux_email_message ON email (message);

-- case: on a table of the same file
-- judge
CREATE TABLE email (id integer PRIMARY KEY, message text);
CREATE UNIQUE INDEX ux_email_message ON email (message);
