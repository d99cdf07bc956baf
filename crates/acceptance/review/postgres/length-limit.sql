-- case: varchar(100)
-- judge
-- finds: length-limit
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(100));

-- case: varchar
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar);
