-- case: base
-- setup
CREATE TABLE author (id bigint PRIMARY KEY, name text);
CREATE TABLE book (id bigint PRIMARY KEY, title varchar(200) NOT NULL DEFAULT '', pages integer, author_id bigint, note text, loan int8range);
CREATE INDEX book_title ON book (title);
CREATE TYPE state AS ENUM ('new', 'old');
CREATE SCHEMA archive;
-- judge
SELECT 1;

-- case: add_check_constraint
-- judge
ALTER TABLE book ADD CONSTRAINT long CHECK (pages > 0);

-- case: add_check_constraint_mysql
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, pages int);
-- judge
ALTER TABLE book ADD CONSTRAINT `long` CHECK (pages > 0);

-- case: add_column_auto_incrementing
-- judge
ALTER TABLE book ADD COLUMN number bigserial;

-- case: add_column_default
-- judge
ALTER TABLE book ADD COLUMN luck double precision DEFAULT random();

-- case: add_column_default_callable
-- judge
ALTER TABLE book ADD COLUMN token uuid DEFAULT gen_random_uuid();

-- case: add_column_generated_stored
-- judge
ALTER TABLE book ADD COLUMN length integer GENERATED ALWAYS AS (length(title)) STORED;

-- case: add_column_json
-- judge
ALTER TABLE book ADD COLUMN data json;

-- case: add_exclusion_constraint
-- judge
ALTER TABLE book ADD CONSTRAINT one_loan EXCLUDE USING gist (loan WITH &&);

-- case: add_foreign_key
-- judge
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id);

-- case: add_foreign_key_mysql
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE author (id int PRIMARY KEY);
CREATE TABLE book (id int PRIMARY KEY, author_id int);
-- judge
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id);

-- case: add_index
-- judge
CREATE INDEX book_note ON book (note);

-- case: add_index_columns
-- judge
-- transaction: none
CREATE INDEX CONCURRENTLY book_all ON book (note, pages, title, author_id);

-- case: add_reference
-- judge
ALTER TABLE book ADD COLUMN editor_id bigint;
CREATE INDEX book_editor ON book (editor_id);
ALTER TABLE book ADD CONSTRAINT book_editor_fk FOREIGN KEY (editor_id) REFERENCES author (id);

-- case: add_unique_constraint
-- judge
ALTER TABLE book ADD CONSTRAINT book_note UNIQUE (note);

-- case: change_column
-- judge
ALTER TABLE book ALTER COLUMN pages TYPE bigint;

-- case: change_column
-- judge
ALTER TABLE book ALTER COLUMN title TYPE varchar(20);

-- case: change_column
-- setup
CREATE TABLE book (id bigint PRIMARY KEY, title text CHECK (title <> ''));
-- judge
ALTER TABLE book ALTER COLUMN title TYPE varchar;

-- case: change_column_constraint
-- setup
CREATE TABLE book (id bigint PRIMARY KEY, title varchar(20) CHECK (title <> ''));
-- judge
ALTER TABLE book ALTER COLUMN title TYPE varchar(200);

-- case: change_column_default
-- judge
ALTER TABLE book ALTER COLUMN title DROP DEFAULT;

-- case: change_column_null
-- judge
ALTER TABLE book ALTER COLUMN note SET NOT NULL;

-- case: change_column_null_mysql
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, note varchar(50));
-- judge
ALTER TABLE book MODIFY note varchar(50) NOT NULL;

-- case: change_column_null_mysql
-- engine: mysql
-- version: 8.4
-- set: sql_mode = NO_ENGINE_SUBSTITUTION
-- setup
CREATE TABLE book (id int PRIMARY KEY, note varchar(50));
-- judge
ALTER TABLE book MODIFY note varchar(50) NOT NULL;

-- case: change_column_null_postgresql
-- judge
ALTER TABLE book ALTER COLUMN note SET NOT NULL;

-- case: change_column_with_not_null
-- judge
ALTER TABLE book ALTER COLUMN pages TYPE bigint, ALTER COLUMN pages SET NOT NULL;

-- case: copy_algorithm
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, note varchar(50));
-- judge
ALTER TABLE book MODIFY note int, ALGORITHM=COPY;

-- case: execute
-- judge
DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'book'; END $$;

-- case: lock_option
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, note varchar(50));
-- judge
ALTER TABLE book ADD COLUMN isbn varchar(20);

-- case: lock_option
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, note varchar(50));
-- judge
ALTER TABLE book ADD INDEX book_note (note), LOCK=SHARED;

-- case: remove_column
-- judge
ALTER TABLE book DROP COLUMN note;

-- case: remove_index
-- judge
DROP INDEX book_title;

-- case: rename_column
-- judge
ALTER TABLE book RENAME COLUMN note TO remark;

-- case: rename_enum_value
-- judge
ALTER TYPE state RENAME VALUE 'old' TO 'ancient';

-- case: rename_schema
-- judge
ALTER SCHEMA archive RENAME TO attic;

-- case: rename_table
-- judge
ALTER TABLE book RENAME TO volume;

-- case: validate_check_constraint
-- judge
ALTER TABLE book ADD CONSTRAINT long CHECK (pages > 0) NOT VALID;
ALTER TABLE book VALIDATE CONSTRAINT long;

-- case: validate_foreign_key
-- judge
ALTER TABLE book ADD CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id) NOT VALID;
ALTER TABLE book VALIDATE CONSTRAINT book_author;
