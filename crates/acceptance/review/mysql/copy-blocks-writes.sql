-- case: a wider number
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE email MODIFY size bigint;

-- case: a foreign key keeps writers out of both tables
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE email ADD CONSTRAINT f FOREIGN KEY (size) REFERENCES box (id);

-- case: a text that is stored with longer lengths
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE email MODIFY subject varchar(100) NOT NULL DEFAULT '' COMMENT 'what it is about';

-- case: a text that is stored as before
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email MODIFY subject varchar(60) NOT NULL DEFAULT '' COMMENT 'what it is about';

-- case: a fulltext index
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
CREATE FULLTEXT INDEX words ON email (subject);

-- case: an index and a column let others go on
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE INDEX ix_size ON email (size);
ALTER TABLE email ADD COLUMN sent_at datetime;
ALTER TABLE email MODIFY size int NULL COMMENT 'bytes';

-- case: two clauses cost what the worse one costs
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE email ADD COLUMN sent_at datetime, MODIFY size bigint;

-- case: a table that nobody has shown
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE letter MODIFY size bigint;

-- case: asked to fail rather than block
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE letter ADD COLUMN size bigint, LOCK=NONE;

-- case: a new table
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE TABLE letter (id int);
ALTER TABLE letter MODIFY id bigint;
