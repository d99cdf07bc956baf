-- A check, a unique key and NOT NULL go.
-- engines: sqlite, postgres

-- from
CREATE TABLE loosened (
    id integer PRIMARY KEY, height integer NOT NULL, width integer,
    CONSTRAINT ck_height CHECK (height > 0), CONSTRAINT uq_width UNIQUE (width)
);

-- to
CREATE TABLE loosened (id integer PRIMARY KEY, height integer, width integer);

-- choices
phases expand contract

-- old
INSERT INTO loosened (id, height, width) VALUES ({id}, {v}, {v});  -- height = {v}
UPDATE loosened SET height = {v} WHERE id = {id};  -- height = {v}
SELECT id FROM loosened WHERE id = {id};  -- {id}

-- new
INSERT INTO loosened (id, height, width) VALUES ({id}, -{v}, {v});  -- height = -{v}
UPDATE loosened SET height = NULL WHERE id = {id};  -- height = NULL
SELECT height FROM loosened WHERE id = {id};  -- {height}
