-- case: a unique constraint
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text UNIQUE);
-- judge
-- finds: drop-constraint
ALTER TABLE email DROP CONSTRAINT email_subject_key;

-- case: a check that NOT NULL makes needless
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text NOT NULL, CONSTRAINT given CHECK (subject IS NOT NULL));
-- judge
ALTER TABLE email DROP CONSTRAINT given;

-- case: one that is not there, if it is
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
ALTER TABLE email DROP CONSTRAINT IF EXISTS email_subject_key;
