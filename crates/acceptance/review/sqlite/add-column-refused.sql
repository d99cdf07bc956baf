-- case: what no table takes, and what a table with rows does not
-- version: 3.54.1
-- set: foreign_keys = ON
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, size integer);
CREATE TABLE person (id integer PRIMARY KEY);
-- judge
-- finds: add-column-refused
ALTER TABLE email ADD COLUMN a text NOT NULL;
-- finds: add-column-refused
ALTER TABLE email ADD COLUMN b text DEFAULT CURRENT_TIMESTAMP;
-- finds: add-column-refused
ALTER TABLE email ADD COLUMN c text DEFAULT (lower('X'));
-- finds: add-column-refused
ALTER TABLE email ADD COLUMN d text UNIQUE;
-- finds: add-column-refused
ALTER TABLE email ADD COLUMN e integer PRIMARY KEY;
-- finds: add-column-refused
ALTER TABLE email ADD COLUMN f integer GENERATED ALWAYS AS (size * 2) STORED;
-- finds: add-column-refused, foreign-key-without-index
ALTER TABLE email ADD COLUMN g integer DEFAULT 1 REFERENCES person (id);
-- finds: add-column-refused, long-write-lock
ALTER TABLE email ADD COLUMN h integer DEFAULT -1 CHECK (h > 0);
-- finds: add-column-refused, long-write-lock
ALTER TABLE email ADD COLUMN i integer CHECK (i IS NULL OR size > 0);

-- case: what any table takes
-- version: 3.54.1
-- set: foreign_keys = ON
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, size integer);
CREATE TABLE person (id integer PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN a text;
ALTER TABLE email ADD COLUMN b text NOT NULL DEFAULT 'x';
-- finds: foreign-key-without-index
ALTER TABLE email ADD COLUMN c integer REFERENCES person (id);
ALTER TABLE email ADD COLUMN d integer GENERATED ALWAYS AS (size * 2) VIRTUAL;
-- finds: long-write-lock
ALTER TABLE email ADD COLUMN e integer DEFAULT 1 CHECK (e > 0);

-- case: a table without rows takes more
-- version: 3.54.1
-- facts: email rows=0
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
ALTER TABLE email ADD COLUMN a text NOT NULL;
ALTER TABLE email ADD COLUMN b text DEFAULT CURRENT_TIMESTAMP;

-- case: a table of the same file
-- version: 3.54.1
-- judge
CREATE TABLE email (id integer PRIMARY KEY, subject text);
ALTER TABLE email ADD COLUMN a text NOT NULL;
