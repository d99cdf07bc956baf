-- case: a long build after a strong lock
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE account ADD COLUMN plan text;
-- finds: index-blocks-writes, locks-pile-up
CREATE INDEX ix_email_subject ON email (subject);

-- case: a second table is locked
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE account ADD COLUMN plan text;
-- finds: breaks-prepared-statements, locks-pile-up
ALTER TABLE email ADD COLUMN plan text;

-- case: the same table again
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN plan text;
ALTER TABLE email ALTER COLUMN plan SET DEFAULT 'free';

-- case: in transactions of their own
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
-- finds: breaks-prepared-statements
ALTER TABLE account ADD COLUMN plan text;
-- transaction: none
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN plan text;

-- case: a scan of the very table, under a lock that it takes by itself
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN plan text;
-- finds: not-null-scan-blocks
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;

-- case: told once a transaction
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE account ADD COLUMN plan text;
-- finds: index-blocks-writes, locks-pile-up
CREATE INDEX ix_email_subject ON email (subject);
-- finds: index-blocks-writes
CREATE INDEX ix_email_size ON email (size);

-- case: the same table under its new name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT * FROM message;
ALTER TABLE message RENAME CONSTRAINT email_pkey TO message_pkey;
