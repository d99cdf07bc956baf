-- case: switched off
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ENABLE ROW LEVEL SECURITY;
-- judge
-- finds: row-security-ends
ALTER TABLE email DISABLE ROW LEVEL SECURITY;

-- case: a policy goes
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE POLICY small ON email TO app USING (size < 100);
-- judge
-- finds: row-security-ends
DROP POLICY small ON email;

-- case: a policy comes
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
CREATE POLICY small ON email TO app USING (size < 100);

-- case: a policy that is not there, if it is
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
DROP POLICY IF EXISTS small ON email;
