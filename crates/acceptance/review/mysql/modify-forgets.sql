-- case: everything
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: modify-forgets
ALTER TABLE email MODIFY subject varchar(60);
-- fixed
ALTER TABLE email MODIFY subject varchar(60) NOT NULL DEFAULT '' COMMENT 'what it is about';

-- case: one of two clauses
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: modify-forgets, rename-column-breaks-queries
ALTER TABLE email ADD COLUMN sent_at datetime, CHANGE subject title varchar(60) NOT NULL DEFAULT '';
-- fixed
ALTER TABLE email ADD COLUMN sent_at datetime, CHANGE subject title varchar(60) NOT NULL DEFAULT '' COMMENT 'what it is about';

-- case: all said again
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email MODIFY subject varchar(60) NOT NULL DEFAULT 'none' COMMENT 'what it is about';

-- case: a rename leaves the rest
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: rename-column-breaks-queries
ALTER TABLE email RENAME COLUMN subject TO title;

-- case: a counting key
-- version: 8.4
-- setup
CREATE TABLE letter (id int PRIMARY KEY AUTO_INCREMENT);
-- judge
-- finds: modify-forgets, copy-blocks-writes
ALTER TABLE letter MODIFY id int;
-- fixed
ALTER TABLE letter MODIFY id int AUTO_INCREMENT;
