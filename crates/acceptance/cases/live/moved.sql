-- A table moves to another schema.
-- engines: postgres

-- from
CREATE SCHEMA attic;
CREATE TABLE trunk (id integer PRIMARY KEY, inside text NOT NULL);

-- to
CREATE SCHEMA attic;
CREATE TABLE attic.trunk (id integer PRIMARY KEY, inside text NOT NULL);

-- choices
rename trunk:attic.trunk
phases expand contract

-- old
INSERT INTO trunk (id, inside) VALUES ({id}, '{v}');  -- text = {v}
UPDATE trunk SET inside = '{v}' WHERE id = {id};  -- text = {v}
DELETE FROM trunk WHERE id = {id};
SELECT inside FROM trunk WHERE id = {id};  -- {text}

-- new
INSERT INTO attic.trunk (id, inside) VALUES ({id}, '{v}');  -- text = {v}
UPDATE attic.trunk SET inside = '{v}' WHERE id = {id};  -- text = {v}
SELECT inside FROM attic.trunk WHERE id = {id};  -- {text}
