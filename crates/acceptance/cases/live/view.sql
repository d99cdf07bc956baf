-- A view over what goes, a view that comes.
-- engines: sqlite, postgres

-- from
CREATE TABLE viewed (id integer PRIMARY KEY, latitude integer NOT NULL);
CREATE VIEW seen_before AS SELECT id, latitude FROM viewed;

-- to
CREATE TABLE viewed (id integer PRIMARY KEY, latitude integer NOT NULL);
CREATE VIEW seen_after AS SELECT id, latitude AS parallel FROM viewed;

-- choices
phases expand contract

-- old
INSERT INTO viewed (id, latitude) VALUES ({id}, {v});  -- latitude = {v}
UPDATE viewed SET latitude = {v} WHERE id = {id};  -- latitude = {v}
SELECT latitude FROM seen_before WHERE id = {id};  -- {latitude}

-- new
INSERT INTO viewed (id, latitude) VALUES ({id}, {v});  -- latitude = {v}
UPDATE viewed SET latitude = {v} WHERE id = {id};  -- latitude = {v}
DELETE FROM viewed WHERE id = {id};
SELECT parallel FROM seen_after WHERE id = {id};  -- {latitude}
