-- Two columns become one.
-- engines: sqlite, postgres

-- from
CREATE TABLE merged (id integer PRIMARY KEY, head text NOT NULL, tail text NOT NULL);

-- to
CREATE TABLE merged (id integer PRIMARY KEY, body text NOT NULL);

-- choices
backfill merged.body = head || tail
backfill merged.head = substr(body, 1, 1)
backfill merged.tail = substr(body, 2)
phases expand backfill contract

-- old
INSERT INTO merged (id, head, tail) VALUES ({id}, 'a', '{v}');  -- head = a, tail = {v}
UPDATE merged SET tail = '{v}' WHERE id = {id};  -- tail = {v}
UPDATE merged SET head = 'b', tail = '{v}' WHERE id = {id};  -- head = b, tail = {v}
SELECT tail FROM merged WHERE id = {id};  -- {tail}
SELECT head FROM merged WHERE id = {id};  -- {head}

-- new
INSERT INTO merged (id, body) VALUES ({id}, 'c{v}');  -- head = c, tail = {v}
UPDATE merged SET body = 'd{v}' WHERE id = {id};  -- head = d, tail = {v}
DELETE FROM merged WHERE id = {id};
SELECT body FROM merged WHERE id = {id};  -- {head}{tail}
