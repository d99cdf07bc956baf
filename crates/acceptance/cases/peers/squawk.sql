-- case: base
-- setup
CREATE TABLE author (id bigint PRIMARY KEY, name text);
CREATE TABLE book (id bigint PRIMARY KEY, title varchar(200) NOT NULL DEFAULT '', pages integer, author_id bigint, note text);
CREATE INDEX book_title ON book (title);
CREATE TYPE state AS ENUM ('new', 'old');
CREATE DOMAIN width AS integer;
CREATE TABLE shelf (id bigint PRIMARY KEY, w width);
CREATE TABLE event (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- judge
SELECT 1;

-- case: adding-field-with-default
-- judge
ALTER TABLE book ADD COLUMN token uuid DEFAULT gen_random_uuid();

-- case: adding-foreign-key-constraint
-- judge
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id);

-- case: adding-not-nullable-field
-- judge
ALTER TABLE book ALTER COLUMN note SET NOT NULL;

-- case: adding-required-field
-- judge
ALTER TABLE book ADD COLUMN isbn text NOT NULL;

-- case: adding-serial-primary-key-field
-- setup
CREATE TABLE a (b int);
-- judge
ALTER TABLE a ADD COLUMN b_id serial PRIMARY KEY;

-- case: ban-alter-domain-with-add-constraint
-- judge
ALTER DOMAIN width ADD CONSTRAINT positive CHECK (VALUE > 0);

-- case: ban-char-field
-- judge
CREATE TABLE country (id bigint PRIMARY KEY, code char(2));

-- case: ban-concurrent-index-creation-in-transaction
-- judge
BEGIN;
CREATE INDEX CONCURRENTLY book_note ON book (note);
COMMIT;

-- case: ban-create-domain-with-constraint
-- judge
CREATE DOMAIN height AS integer CHECK (VALUE > 0);

-- case: ban-drop-column
-- judge
ALTER TABLE book DROP COLUMN note;

-- case: ban-drop-database
-- judge
DROP DATABASE library;

-- case: ban-drop-not-null
-- judge
ALTER TABLE book ALTER COLUMN title DROP NOT NULL;

-- case: ban-drop-table
-- judge
DROP TABLE book;

-- case: ban-duplicate-column-assignments
-- judge
UPDATE book SET pages = 1, pages = 2 WHERE id = 1;

-- case: ban-truncate-cascade
-- setup
CREATE TABLE author (id bigint PRIMARY KEY);
CREATE TABLE book (id bigint PRIMARY KEY, author_id bigint REFERENCES author (id));
-- judge
TRUNCATE author CASCADE;

-- case: ban-uncommitted-transaction
-- judge
BEGIN;
ALTER TABLE book ADD COLUMN isbn text;

-- case: changing-column-type
-- judge
ALTER TABLE book ALTER COLUMN pages TYPE bigint;

-- case: changing-column-type
-- judge
ALTER TABLE book ALTER COLUMN title TYPE varchar(20);

-- case: changing-column-type
-- setup
CREATE TABLE book (id bigint PRIMARY KEY, title text CHECK (title <> ''));
-- judge
ALTER TABLE book ALTER COLUMN title TYPE varchar;

-- case: constraint-missing-not-valid
-- judge
ALTER TABLE book ADD CONSTRAINT long CHECK (pages > 0);
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id);

-- case: disallowed-unique-constraint
-- judge
ALTER TABLE book ADD CONSTRAINT book_note UNIQUE (note);

-- case: identifier-too-long
-- judge
CREATE TABLE a_name_that_is_longer_than_what_the_server_keeps_of_it_by_some_bytes (id bigint PRIMARY KEY);

-- case: prefer-bigint-over-int
-- judge
CREATE TABLE page (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number integer);

-- case: prefer-bigint-over-smallint
-- judge
CREATE TABLE page (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number smallint);

-- case: prefer-identity
-- judge
CREATE TABLE page (id bigserial PRIMARY KEY);

-- case: prefer-repack
-- judge
VACUUM FULL book;

-- case: prefer-robust-stmts
-- judge
-- transaction: none
ALTER TABLE book ADD COLUMN isbn text;

-- case: prefer-robust-stmts
-- judge
-- transaction: none
CREATE INDEX CONCURRENTLY IF NOT EXISTS book_note ON book (note);

-- case: prefer-text-field
-- judge
CREATE TABLE page (id bigint PRIMARY KEY, text varchar(100));

-- case: prefer-timestamp-tz
-- judge
CREATE TABLE page (id bigint PRIMARY KEY, read_at timestamp);

-- case: renaming-column
-- judge
ALTER TABLE book RENAME COLUMN note TO remark;

-- case: renaming-table
-- judge
ALTER TABLE book RENAME TO volume;

-- case: require-concurrent-index-creation
-- judge
CREATE INDEX book_note ON book (note);

-- case: require-concurrent-index-deletion
-- judge
DROP INDEX book_title;

-- case: require-concurrent-partition-detach
-- judge
ALTER TABLE event DETACH PARTITION event_2020;

-- case: require-concurrent-reindex
-- judge
REINDEX TABLE book;

-- case: require-enum-value-ordering
-- judge
ALTER TYPE state ADD VALUE 'older';

-- case: require-lock-timeout
-- set: lock_timeout = 0
-- judge
ALTER TABLE book ADD COLUMN isbn text;

-- case: require-statement-timeout
-- set: statement_timeout = 0
-- judge
ALTER TABLE book ALTER COLUMN pages TYPE bigint;

-- case: require-table-schema
-- judge
CREATE TABLE page (id bigint PRIMARY KEY);

-- case: require-timeout-settings
-- set: lock_timeout = 0
-- set: statement_timeout = 0
-- judge
ALTER TABLE book ALTER COLUMN pages TYPE bigint;

-- case: syntax-error
-- judge
ALTER TABLE book ADD COLUM isbn text;

-- case: transaction-nesting
-- judge
BEGIN;
BEGIN;
SELECT 1;
COMMIT;

-- case: unused-ignore
-- judge
-- whimbrel: allow drop-table, because nobody needs it
SELECT 1;
