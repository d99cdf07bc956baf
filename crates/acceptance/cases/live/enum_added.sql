-- An enum gets a value.
-- engines: postgres

-- from
CREATE TYPE tone AS ENUM ('low', 'high');
CREATE TABLE song (id integer PRIMARY KEY, pitch tone NOT NULL, bar integer);

-- to
CREATE TYPE tone AS ENUM ('low', 'middle', 'high');
CREATE TABLE song (id integer PRIMARY KEY, pitch tone NOT NULL, bar integer);

-- choices
phases plain

-- old
INSERT INTO song (id, pitch, bar) VALUES ({id}, 'low', {v});  -- pitch = low, bar = {v}
UPDATE song SET pitch = 'high', bar = {v} WHERE id = {id};  -- pitch = high, bar = {v}
DELETE FROM song WHERE id = {id};
SELECT pitch FROM song WHERE id = {id};  -- {pitch}

-- new
INSERT INTO song (id, pitch, bar) VALUES ({id}, 'middle', {v});  -- pitch = middle, bar = {v}
UPDATE song SET pitch = 'middle', bar = {v} WHERE id = {id};  -- pitch = middle, bar = {v}
SELECT pitch FROM song WHERE id = {id};  -- {pitch}
SELECT bar FROM song WHERE id = {id};  -- {bar}
