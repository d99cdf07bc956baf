-- A text may be as long as it likes.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v varchar(50));

-- rows
INSERT INTO t VALUES (1, 'a');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v text);

-- choices
allow-questions
