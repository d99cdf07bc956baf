-- case: base
-- setup
CREATE TABLE author (id bigint PRIMARY KEY, name text);
CREATE TABLE book (id bigint PRIMARY KEY, title varchar(200) NOT NULL DEFAULT '', pages integer, author_id bigint, note text, CONSTRAINT long CHECK (pages > 0));
CREATE INDEX book_title ON book (title);
CREATE SCHEMA archive;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := now(); RETURN NEW; END';
CREATE TRIGGER stamped BEFORE UPDATE ON book FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE VIEW titles AS SELECT title FROM book;
-- judge
SELECT 1;

-- case: ACQUIRES_ACCESS_EXCLUSIVE_LOCK
-- set: lock_timeout = 0
-- judge
ALTER TABLE book ADD COLUMN isbn text;

-- case: ACQUIRES_ACCESS_EXCLUSIVE_LOCK
-- version: 18
-- judge
ALTER TABLE book ADD COLUMN thousands integer GENERATED ALWAYS AS (pages / 1000) VIRTUAL NOT NULL;

-- case: ACQUIRES_SHARE_LOCK
-- judge
CREATE INDEX book_note ON book (note);

-- case: ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK
-- judge
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id);

-- case: AUTHZ_UPDATE
-- setup
CREATE TABLE book (id bigint PRIMARY KEY, owner text);
CREATE POLICY own ON book USING (owner = current_user);
CREATE TABLE shelf (id bigint PRIMARY KEY);
-- judge
GRANT SELECT ON book TO PUBLIC;
REVOKE SELECT ON book FROM app;
ALTER TABLE shelf ENABLE ROW LEVEL SECURITY;
DROP POLICY own ON book;

-- case: CORRECTNESS
-- judge
ALTER TABLE book DROP CONSTRAINT long;
ALTER TABLE book DISABLE TRIGGER stamped;
ALTER TABLE book DROP COLUMN title;

-- case: DELETES_DATA
-- setup
CREATE TABLE author (id bigint PRIMARY KEY);
CREATE TABLE book (id bigint PRIMARY KEY, note text);
CREATE TABLE page (id bigint PRIMARY KEY);
CREATE SCHEMA archive;
-- judge
ALTER TABLE book DROP COLUMN note;
TRUNCATE page;
DELETE FROM book;
DROP TABLE author;
DROP SCHEMA archive CASCADE;

-- case: HAS_UNTRACKABLE_DEPENDENCIES
-- setup
CREATE TABLE book (id bigint PRIMARY KEY, note text);
CREATE FUNCTION first_note() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT note FROM book LIMIT 1); END';
-- judge
ALTER TABLE book RENAME TO volume;
DROP FUNCTION first_note();

-- case: IMPACTS_DATABASE_PERFORMANCE
-- judge
UPDATE book SET note = '';

-- case: INDEX_BUILD
-- judge
CREATE INDEX book_note ON book (note);

-- case: INDEX_DROPPED
-- judge
DROP INDEX book_title;
