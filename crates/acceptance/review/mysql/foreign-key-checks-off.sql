-- case: nobody looks
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
SET foreign_key_checks = 0;
-- finds: foreign-key-checks-off
ALTER TABLE email ADD CONSTRAINT f FOREIGN KEY (size) REFERENCES box (id);

-- case: the rows are looked at
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE email ADD CONSTRAINT f FOREIGN KEY (size) REFERENCES box (id);

-- case: a new table
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
SET foreign_key_checks = 0;
CREATE TABLE letter (id int);
ALTER TABLE letter ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES box (id);
