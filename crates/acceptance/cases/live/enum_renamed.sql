-- A value of an enum gets another name.
-- engines: postgres

-- from
CREATE TYPE urgency AS ENUM ('low', 'high');
CREATE TABLE ticket (id integer PRIMARY KEY, urgent urgency NOT NULL, seat integer);

-- to
CREATE TYPE urgency AS ENUM ('minor', 'high');
CREATE TABLE ticket (id integer PRIMARY KEY, urgent urgency NOT NULL, seat integer);

-- choices
rename urgency.low:minor
phases expand contract

-- old
INSERT INTO ticket (id, urgent, seat) VALUES ({id}, 'low', {v});  -- urgent = minor, seat = {v}
UPDATE ticket SET urgent = 'high', seat = {v} WHERE id = {id};  -- urgent = high, seat = {v}
DELETE FROM ticket WHERE id = {id};
SELECT seat FROM ticket WHERE id = {id};  -- {seat}

-- new
INSERT INTO ticket (id, urgent, seat) VALUES ({id}, 'minor', {v});  -- urgent = minor, seat = {v}
UPDATE ticket SET urgent = 'minor', seat = {v} WHERE id = {id};  -- urgent = minor, seat = {v}
SELECT seat FROM ticket WHERE id = {id};  -- {seat}
SELECT replace(urgent::text, 'low', 'minor') FROM ticket WHERE id = {id};  -- {urgent}
