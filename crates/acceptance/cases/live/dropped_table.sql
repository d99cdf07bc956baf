-- A table goes that refers to another.
-- engines: sqlite, postgres

-- from
CREATE TABLE keeper (id integer PRIMARY KEY, stock integer NOT NULL);
CREATE TABLE leaver (id integer PRIMARY KEY, keeper_id integer REFERENCES keeper (id));

-- to
CREATE TABLE keeper (id integer PRIMARY KEY, stock integer NOT NULL);

-- choices
allow-drop leaver
phases expand contract

-- old
INSERT INTO keeper (id, stock) VALUES ({id}, {v});  -- stock = {v}
UPDATE keeper SET stock = {v} WHERE id = {id};  -- stock = {v}
INSERT INTO leaver (id, keeper_id) SELECT {v}, id FROM keeper ORDER BY id DESC LIMIT 1;  -- beside
SELECT stock FROM keeper WHERE id = {id};  -- {stock}

-- new
INSERT INTO keeper (id, stock) VALUES ({id}, {v});  -- stock = {v}
UPDATE keeper SET stock = {v} WHERE id = {id};  -- stock = {v}
DELETE FROM keeper WHERE id = {id};
SELECT stock FROM keeper WHERE id = {id};  -- {stock}
