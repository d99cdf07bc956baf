-- A column becomes required, which old code leaves out.
-- engines: sqlite, postgres

-- from
CREATE TABLE required (id integer PRIMARY KEY, rank integer, weight integer);

-- to
CREATE TABLE required (id integer PRIMARY KEY, rank integer NOT NULL, weight integer);

-- choices
backfill required.rank = -1
phases expand backfill contract

-- old
INSERT INTO required (id, weight) VALUES ({id}, {v});  -- weight = {v}, rank = -1
INSERT INTO required (id, weight, rank) VALUES ({id}, {v}, NULL);  -- weight = {v}, rank = -1
UPDATE required SET weight = {v}, rank = NULL WHERE id = {id};  -- weight = {v}, rank = -1
UPDATE required SET weight = {v}, rank = 7 WHERE id = {id};  -- weight = {v}, rank = 7
SELECT weight FROM required WHERE id = {id};  -- {weight}

-- new
INSERT INTO required (id, weight, rank) VALUES ({id}, {v}, 1);  -- weight = {v}, rank = 1
UPDATE required SET rank = {v} WHERE id = {id};  -- rank = {v}
SELECT rank FROM required WHERE id = {id};  -- {rank}
SELECT weight FROM required WHERE id = {id};  -- {weight}
