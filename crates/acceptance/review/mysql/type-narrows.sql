-- case: an old one
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
-- finds: type-narrows, copy-blocks-writes
ALTER TABLE email MODIFY subject varchar(20);

-- case: a new one
-- version: 8.4
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
ALTER TABLE email MODIFY subject varchar(20);
