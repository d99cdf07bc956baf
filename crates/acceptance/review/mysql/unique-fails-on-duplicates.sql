-- case: a unique index
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: unique-fails-on-duplicates
CREATE UNIQUE INDEX email_subject ON email (subject);

-- case: a unique key
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: unique-fails-on-duplicates
ALTER TABLE email ADD UNIQUE KEY email_subject (subject);

-- case: an index that takes what is alike
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE INDEX ix_subject ON email (subject);

-- case: a new table
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE TABLE letter (id int PRIMARY KEY, subject varchar(50));
CREATE UNIQUE INDEX letter_subject ON letter (subject);
