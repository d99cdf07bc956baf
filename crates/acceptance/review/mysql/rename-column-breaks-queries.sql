-- case: an old one
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
-- finds: rename-column-breaks-queries
ALTER TABLE email CHANGE subject title varchar(50);

-- case: a new one
-- version: 8.4
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
ALTER TABLE email CHANGE subject title varchar(50);
