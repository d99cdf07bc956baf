-- A required column goes.
-- engines: sqlite, postgres

-- from
CREATE TABLE fewer (id integer PRIMARY KEY, size integer NOT NULL, obsolete integer NOT NULL);

-- to
CREATE TABLE fewer (id integer PRIMARY KEY, size integer NOT NULL);

-- choices
phases expand contract

-- old
INSERT INTO fewer (id, size, obsolete) VALUES ({id}, {v}, {v});  -- size = {v}
UPDATE fewer SET size = {v}, obsolete = {v} WHERE id = {id};  -- size = {v}
DELETE FROM fewer WHERE id = {id};
SELECT size FROM fewer WHERE id = {id};  -- {size}

-- new
INSERT INTO fewer (id, size) VALUES ({id}, {v});  -- size = {v}
UPDATE fewer SET size = {v} WHERE id = {id};  -- size = {v}
SELECT size FROM fewer WHERE id = {id};  -- {size}
