-- case: a grant
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: opens-to-everyone
GRANT SELECT ON email TO PUBLIC;

-- case: a policy
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: opens-to-everyone
CREATE POLICY everything ON email USING (true);

-- case: to one role
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
GRANT SELECT ON email TO reporting;
