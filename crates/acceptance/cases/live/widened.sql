-- A type grows.
-- engines: sqlite, postgres

-- from
CREATE TABLE widened (id integer PRIMARY KEY, nick varchar(20) NOT NULL);

-- to
CREATE TABLE widened (id integer PRIMARY KEY, nick varchar(80) NOT NULL);

-- choices
phases plain
prepares-again what is prepared reads a varchar of the old length

-- old
INSERT INTO widened (id, nick) VALUES ({id}, '{v}');  -- nick = {v}
UPDATE widened SET nick = '{v}' WHERE id = {id};  -- nick = {v}
DELETE FROM widened WHERE id = {id};
SELECT nick FROM widened WHERE id = {id};  -- {nick}

-- new
INSERT INTO widened (id, nick) VALUES ({id}, 'a nick that was too long before {v}');  -- nick = a nick that was too long before {v}
UPDATE widened SET nick = '{v}' WHERE id = {id};  -- nick = {v}
SELECT nick FROM widened WHERE id = {id};  -- {nick}
