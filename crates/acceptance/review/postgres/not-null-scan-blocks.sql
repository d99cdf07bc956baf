-- case: with nothing that proves it
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: not-null-scan-blocks
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;
-- fixed
ALTER TABLE email ADD CONSTRAINT email_subject_set CHECK (subject IS NOT NULL) NOT VALID;
-- later: validate that `subject` is never NULL
ALTER TABLE email VALIDATE CONSTRAINT email_subject_set;
-- later: make `subject` NOT NULL
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_subject_set;

-- case: with a check that is not validated
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ADD CONSTRAINT email_subject_given CHECK (subject IS NOT NULL) NOT VALID;
-- judge
-- finds: not-null-scan-blocks
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;
-- fixed
ALTER TABLE email ADD CONSTRAINT email_subject_set CHECK (subject IS NOT NULL) NOT VALID;
-- later: validate that `subject` is never NULL
ALTER TABLE email VALIDATE CONSTRAINT email_subject_set;
-- later: make `subject` NOT NULL
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_subject_set;

-- case: together with dropping the check that proves it
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ADD CONSTRAINT email_subject_set CHECK (subject IS NOT NULL);
-- judge
-- finds: not-null-scan-blocks
ALTER TABLE email ALTER COLUMN subject SET NOT NULL, DROP CONSTRAINT email_subject_set;

-- case: with a validated check, which goes afterwards
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ADD CONSTRAINT email_subject_set CHECK (subject IS NOT NULL);
-- judge
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_subject_set;
