-- The default of a required column goes.
-- engines: sqlite, postgres

-- from
CREATE TABLE habit (id integer PRIMARY KEY, often integer NOT NULL DEFAULT 3);

-- to
CREATE TABLE habit (id integer PRIMARY KEY, often integer NOT NULL);

-- choices
phases contract

-- old
INSERT INTO habit (id) VALUES ({id});  -- often = 3
UPDATE habit SET often = {v} WHERE id = {id};  -- often = {v}
SELECT often FROM habit WHERE id = {id};  -- {often}

-- new
INSERT INTO habit (id, often) VALUES ({id}, {v});  -- often = {v}
UPDATE habit SET often = {v} WHERE id = {id};  -- often = {v}
SELECT often FROM habit WHERE id = {id};  -- {often}
