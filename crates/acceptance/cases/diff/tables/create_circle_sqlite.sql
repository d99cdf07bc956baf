-- Two new tables reference each other; SQLite lets a table reference what is not there.
-- engines: sqlite

-- from


-- to
CREATE TABLE a (id integer PRIMARY KEY, b_id integer REFERENCES b (id));
CREATE TABLE b (id integer PRIMARY KEY, a_id integer REFERENCES a (id));
