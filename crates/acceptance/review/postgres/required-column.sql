-- case: without a default
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements, required-column
ALTER TABLE email ADD COLUMN state text NOT NULL;
-- fixed
ALTER TABLE email ADD COLUMN state text;
-- later: begin to make `state` NOT NULL
ALTER TABLE email ADD CONSTRAINT email_state_set CHECK (state IS NOT NULL) NOT VALID;
-- later: validate that `state` is never NULL
ALTER TABLE email VALIDATE CONSTRAINT email_state_set;
-- later: make `state` NOT NULL
ALTER TABLE email ALTER COLUMN state SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_state_set;

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
