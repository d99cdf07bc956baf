-- case: a table that another refers to
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
CREATE TABLE letter (id int PRIMARY KEY, box_ref int, FOREIGN KEY (box_ref) REFERENCES box (id));
-- judge
-- finds: drop-table, statement-fails
DROP TABLE box;

-- case: an algorithm that the server has not
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: statement-fails
ALTER TABLE email MODIFY size bigint, ALGORITHM=INSTANT;

-- case: a lock that is less than it needs
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: statement-fails
ALTER TABLE email MODIFY size bigint, LOCK=NONE;

-- case: NULLs where none may be
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: statement-fails
ALTER TABLE email MODIFY size int NOT NULL;

-- case: an algorithm that the server has
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN sent_at datetime, ALGORITHM=INSTANT;

-- case: a table that nothing refers to
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: drop-table
DROP TABLE email;

-- case: a table that is nowhere in the files may do with less
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY);
-- judge
ALTER TABLE letter MODIFY size bigint, LOCK=NONE;
