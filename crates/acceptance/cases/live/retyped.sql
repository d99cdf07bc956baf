-- A type changes for which every row is written anew.
-- engines: postgres

-- from
CREATE TABLE clicked (id integer PRIMARY KEY, clicks integer NOT NULL, who text);
CREATE INDEX ix_clicks ON clicked (clicks);

-- to
CREATE TABLE clicked (id integer PRIMARY KEY, clicks bigint NOT NULL, who text);
CREATE INDEX ix_clicks ON clicked (clicks);

-- choices
phases expand backfill contract
prepares-again what is prepared reads an integer

-- old
INSERT INTO clicked (id, clicks) VALUES ({id}, {v});  -- clicks = {v}
INSERT INTO clicked (id, clicks) VALUES ({id}, {v}) ON CONFLICT (id) DO UPDATE SET clicks = excluded.clicks;  -- clicks = {v}
UPDATE clicked SET clicks = {v} WHERE id = {id};  -- clicks = {v}
DELETE FROM clicked WHERE id = {id};
SELECT clicks FROM clicked WHERE id = {id};  -- {clicks}

-- new
INSERT INTO clicked (id, clicks) VALUES ({id}, {v});  -- clicks = {v}
UPDATE clicked SET clicks = {v} WHERE id = {id};  -- clicks = {v}
DELETE FROM clicked WHERE id = {id};
SELECT clicks FROM clicked WHERE id = {id};  -- {clicks}
