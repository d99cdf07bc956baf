-- case: a number by chance
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: instant-default-is-one-value
ALTER TABLE email ADD COLUMN lot double DEFAULT (rand());

-- case: copied, each row gets its own
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE email ADD COLUMN lot double DEFAULT (rand()), ALGORITHM=COPY;

-- case: MySQL copies by itself
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: copy-blocks-writes
ALTER TABLE email ADD COLUMN lot double DEFAULT (rand());

-- case: the present time is one for all anyway
-- version: 10.11
-- variant: MariaDB
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN seen_at datetime DEFAULT now();
