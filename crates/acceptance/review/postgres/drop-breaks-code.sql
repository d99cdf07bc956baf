-- case: a view
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE VIEW inbox AS SELECT id FROM email;
-- judge
-- finds: drop-breaks-code
DROP VIEW inbox;

-- case: a view that comes back
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE VIEW inbox AS SELECT id FROM email;
-- judge
DROP VIEW inbox;
CREATE VIEW inbox AS SELECT id, subject FROM email;
