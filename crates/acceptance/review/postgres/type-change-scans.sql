-- case: under a check
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50) CHECK (subject <> ''));
-- judge
-- finds: type-change-scans, breaks-prepared-statements
ALTER TABLE email ALTER COLUMN subject TYPE varchar(100);

-- case: under an expression's index
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50));
CREATE INDEX ix_email_lower ON email (lower(subject));
-- judge
-- finds: type-change-scans, breaks-prepared-statements
ALTER TABLE email ALTER COLUMN subject TYPE varchar(100);

-- case: with nothing that depends on it
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50));
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ALTER COLUMN subject TYPE varchar(100);
