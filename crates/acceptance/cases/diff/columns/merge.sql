-- Two columns become one; where one of them may be NULL, so may what it is merged into.
-- engines: sqlite, postgres

-- from
CREATE TABLE person (id integer PRIMARY KEY, first text NOT NULL, last text);

-- rows
INSERT INTO person VALUES (1, 'ada', 'lovelace'), (2, 'plato', NULL);

-- to
CREATE TABLE person (id integer PRIMARY KEY, name text);

-- choices
backfill person.name = first || coalesce(' ' || last, '')
no-undo nobody said how a name becomes two
phases expand backfill contract
