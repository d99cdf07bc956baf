-- A table becomes a view of another that takes its rows over by hand.
-- engines: sqlite, postgres

-- from
CREATE TABLE a (id integer PRIMARY KEY, n integer);

-- rows
INSERT INTO a VALUES (1, 2);

-- to
CREATE TABLE b (id integer PRIMARY KEY, n integer);
CREATE VIEW a AS SELECT id, n FROM b;

-- choices
rename a:b
