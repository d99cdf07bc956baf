-- case: base
-- setup
CREATE TABLE author (id bigint PRIMARY KEY, name text);
CREATE TABLE book (id bigint PRIMARY KEY, title varchar(200) NOT NULL DEFAULT '', pages integer, author_id bigint, note text, loan int8range);
-- judge
SELECT 1;

-- case: E1
-- judge
ALTER TABLE book ADD CONSTRAINT long CHECK (pages > 0);
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id);

-- case: E1
-- judge
ALTER TABLE book ADD CONSTRAINT long CHECK (pages > 0) NOT VALID;
ALTER TABLE book VALIDATE CONSTRAINT long;

-- case: E2
-- judge
ALTER TABLE book ALTER COLUMN note SET NOT NULL;

-- case: E3
-- judge
ALTER TABLE book ADD COLUMN data json;

-- case: E4
-- judge
ALTER TABLE book ADD COLUMN isbn text;
ALTER TABLE author ADD COLUMN born date;
UPDATE book SET isbn = '';

-- case: E5
-- judge
ALTER TABLE book ALTER COLUMN pages TYPE bigint;

-- case: E6
-- judge
CREATE INDEX book_note ON book (note);

-- case: E7
-- judge
ALTER TABLE book ADD CONSTRAINT book_note UNIQUE (note);

-- case: E8
-- judge
ALTER TABLE book ADD CONSTRAINT one_loan EXCLUDE USING gist (loan WITH &&);

-- case: E9
-- set: lock_timeout = 0
-- judge
ALTER TABLE book ADD COLUMN isbn text;

-- case: E10
-- judge
ALTER TABLE book ADD COLUMN token uuid DEFAULT gen_random_uuid();

-- case: E10
-- judge
ALTER TABLE book SET UNLOGGED;

-- case: E10
-- judge
VACUUM FULL book;

-- case: E10
-- version: 18
-- judge
ALTER TABLE book ADD COLUMN thousands integer GENERATED ALWAYS AS (pages / 1000) VIRTUAL NOT NULL;

-- case: E11
-- judge
ALTER TABLE book ADD COLUMN number serial;

-- case: W12
-- judge
ALTER TABLE book ADD COLUMN isbn text;
ALTER TABLE book ADD COLUMN year integer;

-- case: W13
-- judge
CREATE TYPE state AS ENUM ('new', 'old');

-- case: W14
-- setup
CREATE TABLE book (id bigint);
CREATE UNIQUE INDEX book_id ON book (id);
-- judge
ALTER TABLE book ADD CONSTRAINT book_pkey PRIMARY KEY USING INDEX book_id;

-- case: E15
-- judge
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id) NOT VALID;
