-- A column of a partitioned table gets another name.
-- engines: postgres

-- from
CREATE TABLE parted (id integer PRIMARY KEY, caption text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (2000000);
CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (2000000) TO (100000000);

-- to
CREATE TABLE parted (id integer PRIMARY KEY, heading text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (2000000);
CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (2000000) TO (100000000);

-- choices
rename parted.caption:heading
phases expand backfill contract

-- old
INSERT INTO parted (id, caption) VALUES ({id}, '{v}');  -- text = {v}
UPDATE parted SET caption = '{v}' WHERE id = {id};  -- text = {v}
DELETE FROM parted WHERE id = {id};
SELECT caption FROM parted WHERE id = {id};  -- {text}

-- new
INSERT INTO parted (id, heading) VALUES ({id}, '{v}');  -- text = {v}
UPDATE parted SET heading = '{v}' WHERE id = {id};  -- text = {v}
SELECT heading FROM parted WHERE id = {id};  -- {text}
