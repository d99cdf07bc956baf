-- A text becomes a UUID.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v text);

-- rows
INSERT INTO t VALUES (1, '00000000-0000-0000-0000-000000000001');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v uuid);

-- choices
allow-questions
