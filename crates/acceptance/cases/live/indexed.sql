-- Indexes come, go and change.
-- engines: sqlite, postgres

-- from
CREATE TABLE indexed (id integer PRIMARY KEY, red integer NOT NULL, green integer, blue integer);
CREATE INDEX ix_red ON indexed (red);
CREATE INDEX ix_blue ON indexed (blue);

-- to
CREATE TABLE indexed (id integer PRIMARY KEY, red integer NOT NULL, green integer, blue integer);
CREATE INDEX ix_green ON indexed (green, red);
CREATE INDEX ix_blue ON indexed (blue) WHERE blue > 5;

-- choices
phases expand contract

-- old
INSERT INTO indexed (id, red, green, blue) VALUES ({id}, {v}, {v}, {v});  -- red = {v}
UPDATE indexed SET red = {v} WHERE id = {id};  -- red = {v}
DELETE FROM indexed WHERE id = {id};
SELECT red FROM indexed WHERE id = {id};  -- {red}

-- new
INSERT INTO indexed (id, red, green, blue) VALUES ({id}, {v}, {v}, {v});  -- red = {v}
UPDATE indexed SET red = {v}, green = {v} WHERE id = {id};  -- red = {v}
SELECT red FROM indexed WHERE id = {id};  -- {red}
