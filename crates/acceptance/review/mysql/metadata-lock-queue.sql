-- case: the server's own patience
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: metadata-lock-queue
ALTER TABLE email ADD COLUMN sent_at datetime;
-- fixed
SET lock_wait_timeout = 5;
ALTER TABLE email ADD COLUMN sent_at datetime;

-- case: said once a file
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: metadata-lock-queue
ALTER TABLE email ADD COLUMN sent_at datetime;
ALTER TABLE email ADD COLUMN read_at datetime;
-- fixed
SET lock_wait_timeout = 5;
ALTER TABLE email ADD COLUMN sent_at datetime;
ALTER TABLE email ADD COLUMN read_at datetime;

-- case: set before it
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
SET lock_wait_timeout = 5;
ALTER TABLE email ADD COLUMN sent_at datetime;

-- case: MariaDB's word for one statement
-- version: 10.11
-- variant: MariaDB
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email WAIT 5 ADD COLUMN sent_at datetime;

-- case: a new table
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE TABLE letter (id int);
ALTER TABLE letter ADD COLUMN size int;

-- case: LOCAL, which is another word for the session here
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int);
-- judge
SET LOCAL lock_wait_timeout = 5;
ALTER TABLE email ADD COLUMN sent_at datetime;

-- case: LOCAL outlasts the transaction
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int);
-- judge
SET LOCAL lock_wait_timeout = 5;
COMMIT;
ALTER TABLE email ADD COLUMN sent_at datetime;

-- case: SESSION, said in either way
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int);
-- judge
SET SESSION lock_wait_timeout = 5;
ALTER TABLE email ADD COLUMN sent_at datetime;

-- case: SESSION, as a variable
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int);
-- judge
SET @@session.lock_wait_timeout = 5;
ALTER TABLE email ADD COLUMN sent_at datetime;

-- case: GLOBAL, which is for sessions that begin later
-- version: 8.4
-- set: lock_wait_timeout = 86400
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int);
-- judge
SET GLOBAL lock_wait_timeout = 5;
-- finds: metadata-lock-queue
ALTER TABLE email ADD COLUMN sent_at datetime;
