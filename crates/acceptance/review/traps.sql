-- case: not-null-scan-blocks: SET NOT NULL and DROP CONSTRAINT in one ALTER lose the check that proves it
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, CONSTRAINT given CHECK (subject IS NOT NULL));
-- judge
ALTER TABLE email ALTER COLUMN subject SET NOT NULL, DROP CONSTRAINT given;

-- case: validate-under-lock: NOT VALID and VALIDATE in one transaction keep the strong lock through the scan
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, size bigint);
-- judge
ALTER TABLE email ADD CONSTRAINT positive CHECK (size > 0) NOT VALID;
ALTER TABLE email VALIDATE CONSTRAINT positive;

-- case: drop-locks-parent: dropping a foreign key locks the table it refers to
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint CONSTRAINT email_account REFERENCES account (id));
-- judge
ALTER TABLE email DROP CONSTRAINT email_account;

-- case: drop-locks-parent: so does dropping its column
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
-- judge
ALTER TABLE email DROP COLUMN account_id;

-- case: drop-locks-parent: so does dropping its table
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
-- judge
DROP TABLE email;

-- case: depends-on-setting, type-change-rewrites: a timestamp becomes a timestamptz by the session's TimeZone
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, sent_at timestamp);
-- judge
ALTER TABLE email ALTER COLUMN sent_at TYPE timestamptz;

-- case: check-scan-blocks: a new column that may be NULL is scanned for its check
-- setup
CREATE TABLE email (id bigint PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN size bigint CHECK (size > 0);

-- case: new-column-rewrites: a new column of a domain with a constraint rewrites the table
-- setup
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE email (id bigint PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN size positive;

-- case: if-not-exists-hides-invalid-index: a failed concurrent build leaves an index that IF NOT EXISTS calls done
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- transaction: none
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_subject ON email (subject);

-- case: does-nothing: and where a database has one, nothing is done
-- invalid: ix_subject
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
CREATE INDEX IF NOT EXISTS ix_subject ON email (subject);

-- case: concurrent-build-under-timeout: a short lock_timeout for everything makes a concurrent build fail
-- set: lock_timeout = 50ms
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- transaction: none
CREATE INDEX CONCURRENTLY ix_subject ON email (subject);

-- case: breaks-prepared-statements: a new column breaks what other sessions prepared
-- setup
CREATE TABLE email (id bigint PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN subject text;

-- case: no-lock-timeout: an ALTER that waits queues every reader behind it
-- set: lock_timeout = 0
-- setup
CREATE TABLE email (id bigint PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN subject text;

-- case: unbatched-change: one statement over all rows stalls who writes, and doubles the table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
UPDATE email SET subject = '';

-- case: instant-default-is-one-value: an INSTANT default that differs gives every row one value
-- engine: mysql
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN luck double DEFAULT (rand());

-- case: check-not-validated: an INSTANT column's check is not tried
-- engine: mysql
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN size int DEFAULT -1 CHECK (size > 0);

-- case: not-null-fills-zeros: a required column without a default is filled with zeros, in strict mode too
-- engine: mysql
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN size int NOT NULL;

-- case: metadata-lock-queue: metadata locks queue
-- engine: mysql
-- version: 10.11
-- variant: MariaDB
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN size int;

-- case: implicit-commit: DDL commits what is open
-- engine: mysql
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY);
-- judge
INSERT INTO email VALUES (1);
ALTER TABLE email ADD COLUMN size int;

-- case: drop-acts-on-children: a rebuild with foreign keys on deletes the rows that refer to it
-- engine: sqlite
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text, size integer);
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: pragma-ignored: the pragma that would prevent it is ignored inside a transaction
-- engine: sqlite
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
PRAGMA foreign_keys = OFF;

-- case: driver-commits-ddl: a driver commits rows before the schema change behind them
-- engine: sqlite
-- on: driver-commits-ddl
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
INSERT INTO email VALUES (1);
CREATE TABLE letter (id integer PRIMARY KEY);

-- case: long-write-lock: one long change keeps every other writer of the database out
-- engine: sqlite
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
UPDATE email SET subject = '';
