-- case: in one transaction
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text;
-- finds: backfill-with-schema-change, unbatched-change
UPDATE email SET state = 'new';

-- case: in batches of its own
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text;
-- backfill
UPDATE email SET state = 'new' WHERE state IS NULL;
