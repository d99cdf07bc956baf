-- A type changes in a partitioned table, for which every row is written anew.
-- engines: postgres

-- from
CREATE TABLE visits (id integer PRIMARY KEY, seconds integer NOT NULL, who text) PARTITION BY RANGE (id);
CREATE TABLE visits_low PARTITION OF visits FOR VALUES FROM (0) TO (2000000);
CREATE TABLE visits_high PARTITION OF visits FOR VALUES FROM (2000000) TO (100000000);

-- to
CREATE TABLE visits (id integer PRIMARY KEY, seconds bigint NOT NULL, who text) PARTITION BY RANGE (id);
CREATE TABLE visits_low PARTITION OF visits FOR VALUES FROM (0) TO (2000000);
CREATE TABLE visits_high PARTITION OF visits FOR VALUES FROM (2000000) TO (100000000);

-- choices
phases expand backfill contract
prepares-again what is prepared reads an integer

-- old
INSERT INTO visits (id, seconds) VALUES ({id}, {v});  -- seconds = {v}
UPDATE visits SET seconds = {v} WHERE id = {id};  -- seconds = {v}
DELETE FROM visits WHERE id = {id};
SELECT seconds FROM visits WHERE id = {id};  -- {seconds}

-- new
INSERT INTO visits (id, seconds) VALUES ({id}, {v});  -- seconds = {v}
UPDATE visits SET seconds = {v} WHERE id = {id};  -- seconds = {v}
DELETE FROM visits WHERE id = {id};
SELECT seconds FROM visits WHERE id = {id};  -- {seconds}
