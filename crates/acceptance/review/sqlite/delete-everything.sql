-- case: without a condition
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
-- finds: delete-everything, long-write-lock
DELETE FROM email;

-- case: with one
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
-- finds: long-write-lock
DELETE FROM email WHERE id = 1;
