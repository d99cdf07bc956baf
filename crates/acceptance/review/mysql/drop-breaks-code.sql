-- case: a view
-- setup
CREATE TABLE email (id int);
CREATE VIEW ids AS SELECT id FROM email;
-- judge
-- finds: drop-breaks-code
DROP VIEW ids;

-- case: a view of the same file
-- setup
CREATE TABLE email (id int);
-- judge
CREATE VIEW ids AS SELECT id FROM email;
DROP VIEW ids;

-- case: a view that is not there, if it is
-- judge
DROP VIEW IF EXISTS ids;
