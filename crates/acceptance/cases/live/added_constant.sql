-- A required column comes, with one value for the rows of old code.
-- engines: sqlite, postgres

-- from
CREATE TABLE constant (id integer PRIMARY KEY, balance integer NOT NULL);

-- to
CREATE TABLE constant (id integer PRIMARY KEY, balance integer NOT NULL, state text NOT NULL);

-- choices
backfill constant.state = 'new'
phases expand contract

-- old
INSERT INTO constant (id, balance) VALUES ({id}, {v});  -- balance = {v}, state = new
UPDATE constant SET balance = {v} WHERE id = {id};  -- balance = {v}
DELETE FROM constant WHERE id = {id};
SELECT balance FROM constant WHERE id = {id};  -- {balance}

-- new
INSERT INTO constant (id, balance, state) VALUES ({id}, {v}, 's{v}');  -- balance = {v}, state = s{v}
UPDATE constant SET state = 't{v}' WHERE id = {id};  -- state = t{v}
SELECT state FROM constant WHERE id = {id};  -- {state}
SELECT balance FROM constant WHERE id = {id};  -- {balance}
