-- A column of many rows becomes two, and two become one.
-- engines: sqlite, postgres

-- from
CREATE TABLE person (id integer PRIMARY KEY, whole text NOT NULL, head text NOT NULL, tail text NOT NULL);

-- rows
INSERT INTO person (id, whole, head, tail) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, 'x' || i, 'y', 't' || i FROM n;

-- to
CREATE TABLE person (id integer PRIMARY KEY, initial text NOT NULL, rest text NOT NULL, body text NOT NULL);

-- choices
backfill person.initial = substr(whole, 1, 1)
backfill person.rest = substr(whole, 2)
backfill person.whole = initial || rest
backfill person.body = head || tail
backfill person.head = substr(body, 1, 1)
backfill person.tail = substr(body, 2)
phases expand backfill contract
