-- case: an update of what a condition finds
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: unbatched-change
UPDATE email SET subject = '' WHERE subject IS NULL;
-- fixed
-- backfill
UPDATE email SET subject = '' WHERE subject IS NULL;

-- case: a delete of what a condition finds
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: unbatched-change
DELETE FROM email WHERE size > 100;

-- case: in batches
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- backfill
UPDATE email SET subject = '' WHERE subject IS NULL;

-- case: one row by its key
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
UPDATE email SET subject = '' WHERE id = 1;

-- case: of a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
UPDATE email SET subject = '' WHERE subject IS NULL;
