-- case: work that no other rule is about
-- version: 18
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: blocks-for-long, breaks-prepared-statements
ALTER TABLE email ADD COLUMN kilobytes bigint GENERATED ALWAYS AS (size / 1000) VIRTUAL NOT NULL;

-- case: work that another rule has told of
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: check-scan-blocks
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0);

-- case: a moment's lock
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN reply_to text;
