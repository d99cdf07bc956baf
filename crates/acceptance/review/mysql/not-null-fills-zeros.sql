-- case: a required number
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: not-null-fills-zeros
ALTER TABLE email ADD COLUMN weight int NOT NULL;

-- case: a required date
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: not-null-fills-zeros
ALTER TABLE email ADD sent_on date NOT NULL, ADD read_on date;

-- case: a default that is meant
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN weight int NOT NULL DEFAULT 0;

-- case: may be NULL
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN weight int;

-- case: a new table
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE TABLE letter (id int);
ALTER TABLE letter ADD COLUMN weight int NOT NULL;

-- case: NULLs, where the mode is not strict
-- version: 8.4
-- set: sql_mode = NO_ENGINE_SUBSTITUTION
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int);
-- judge
-- finds: copy-blocks-writes, not-null-fills-zeros
ALTER TABLE email MODIFY size int NOT NULL;
