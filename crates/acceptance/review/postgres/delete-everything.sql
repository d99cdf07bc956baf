-- case: without a condition
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: delete-everything, unbatched-change
DELETE FROM email;

-- case: with one
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
DELETE FROM email WHERE id = 1;
