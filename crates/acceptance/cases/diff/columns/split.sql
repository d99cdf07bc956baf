-- One column becomes two, and neither code misses what the other writes.
-- engines: sqlite, postgres

-- from
CREATE TABLE person (id integer PRIMARY KEY, name text NOT NULL, age integer);

-- rows
INSERT INTO person VALUES (1, 'ada lovelace', 36), (2, 'alan turing', 41), (3, 'x', NULL);

-- to
CREATE TABLE person (id integer PRIMARY KEY, age integer, initial text NOT NULL, rest text NOT NULL);

-- choices
backfill person.initial = substr(name, 1, 1)
backfill person.rest = substr(name, 2)
backfill person.name = initial || rest
phases expand backfill contract
