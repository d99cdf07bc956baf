-- case: one in the middle
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: enum-values-move, copy-blocks-writes, type-narrows
ALTER TABLE email MODIFY state enum('new','seen','read') NOT NULL DEFAULT 'new';

-- case: one less
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: enum-values-move, copy-blocks-writes, type-narrows
ALTER TABLE email MODIFY state enum('new') NOT NULL DEFAULT 'new';

-- case: one at the end
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email MODIFY state enum('new','read','archived') NOT NULL DEFAULT 'new';
