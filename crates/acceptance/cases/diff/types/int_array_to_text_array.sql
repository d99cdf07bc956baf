-- An array of numbers becomes one of texts.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v integer[]);

-- rows
INSERT INTO t VALUES (1, '{1,2}');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v text[]);

-- choices
allow-questions
