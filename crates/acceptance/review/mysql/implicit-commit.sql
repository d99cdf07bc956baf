-- case: a transaction of the script
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
START TRANSACTION;
UPDATE email SET size = 0 WHERE id = 1;
-- finds: implicit-commit
ALTER TABLE email ADD COLUMN sent_at datetime;
COMMIT;

-- case: rows before it, in the transaction of whoever runs it
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
INSERT INTO box (id) VALUES (1);
-- finds: implicit-commit
ALTER TABLE email ADD COLUMN sent_at datetime;
ALTER TABLE email ADD COLUMN read_at datetime;

-- case: nothing was open
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN sent_at datetime;
INSERT INTO box (id) VALUES (1);
