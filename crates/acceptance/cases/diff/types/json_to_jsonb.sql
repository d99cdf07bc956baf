-- JSON becomes its binary form.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v json);

-- rows
INSERT INTO t VALUES (1, '{}');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v jsonb);

-- choices
allow-questions
