-- A required column comes, computed from others in the rows of old code.
-- engines: sqlite, postgres

-- from
CREATE TABLE computed (id integer PRIMARY KEY, code text NOT NULL, hits integer NOT NULL);

-- to
CREATE TABLE computed (id integer PRIMARY KEY, code text NOT NULL, hits integer NOT NULL, label text NOT NULL);

-- choices
backfill computed.label = 'label ' || code
phases expand backfill contract

-- old
INSERT INTO computed (id, code, hits) VALUES ({id}, 'c{id}', {v});  -- hits = {v}, label = label c{id}
UPDATE computed SET hits = {v} WHERE id = {id};  -- hits = {v}
DELETE FROM computed WHERE id = {id};
SELECT hits FROM computed WHERE id = {id};  -- {hits}

-- new
INSERT INTO computed (id, code, hits, label) VALUES ({id}, 'c{id}', {v}, 'own {v}');  -- hits = {v}, label = own {v}
UPDATE computed SET hits = {v}, label = 'mine {v}' WHERE id = {id};  -- hits = {v}, label = mine {v}
SELECT label FROM computed WHERE id = {id};  -- {label}
SELECT hits FROM computed WHERE id = {id};  -- {hits}
