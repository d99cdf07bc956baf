-- case: an old one
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
-- finds: unbatched-change
UPDATE email SET size = 0 WHERE size IS NULL;
-- fixed
-- backfill
UPDATE email SET size = 0 WHERE size IS NULL;

-- case: one row, by its key
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
UPDATE email SET size = 0 WHERE id = 5;

-- case: a batch
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
UPDATE email SET size = 0 WHERE size IS NULL LIMIT 1000;
