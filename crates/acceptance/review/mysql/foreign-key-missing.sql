-- case: a new column
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: foreign-key-missing
ALTER TABLE email ADD COLUMN box_id int;

-- case: a column of a new table
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
-- finds: foreign-key-missing
CREATE TABLE letter (id int PRIMARY KEY, box_id int);

-- case: a key, said below the columns
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE TABLE letter (id int PRIMARY KEY, box_id int, FOREIGN KEY (box_id) REFERENCES box (id));

-- case: a key, said later
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
CREATE TABLE letter (id int PRIMARY KEY, box_id int);
-- finds: copy-blocks-writes
ALTER TABLE letter ADD FOREIGN KEY (box_id) REFERENCES box (id);

-- case: a name that means no table
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int) DEFAULT CHARSET=utf8mb4;
CREATE TABLE box (id int PRIMARY KEY);
-- judge
ALTER TABLE email ADD COLUMN message_id varchar(200);
