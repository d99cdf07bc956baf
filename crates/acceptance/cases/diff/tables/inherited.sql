-- A table that inherits follows its parent.
-- engines: postgres

-- from
CREATE TABLE a (id integer PRIMARY KEY, n integer);
CREATE TABLE b (x text) INHERITS (a);

-- rows
INSERT INTO b VALUES (1, 2, 'x');

-- to
CREATE TABLE a (id integer PRIMARY KEY, n bigint, more text);
CREATE TABLE b (x text) INHERITS (a);

-- choices
allow-questions
