-- case: without a default
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements, required-column
ALTER TABLE email ADD COLUMN state text NOT NULL;

-- case: with one
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text NOT NULL DEFAULT 'new';

-- case: on a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ADD COLUMN state text NOT NULL;
