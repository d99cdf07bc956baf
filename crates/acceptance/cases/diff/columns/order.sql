-- Columns in another order are no change.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- to
CREATE TABLE t (id integer PRIMARY KEY, email text, n integer);

-- choices
no-changes
