-- case: with no policy
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: row-security-hides-rows
ALTER TABLE email ENABLE ROW LEVEL SECURITY;

-- case: a policy that takes rows away
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: row-security-hides-rows
CREATE POLICY small ON email AS RESTRICTIVE TO app USING (size < 100);

-- case: on a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ENABLE ROW LEVEL SECURITY;
