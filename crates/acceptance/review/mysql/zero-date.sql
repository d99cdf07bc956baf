-- case: a default
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: zero-date
CREATE TABLE letter (sent_at datetime NOT NULL DEFAULT '0000-00-00 00:00:00');

-- case: a date
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '' COMMENT 'what it is about', size int, state enum('new','read') NOT NULL DEFAULT 'new') DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE TABLE letter (sent_at datetime NOT NULL DEFAULT '2000-01-01 00:00:00');
