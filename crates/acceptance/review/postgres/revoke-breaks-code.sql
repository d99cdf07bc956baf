-- case: from a role
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: revoke-breaks-code
REVOKE UPDATE ON email FROM app;

-- case: a grant
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
GRANT UPDATE ON email TO app;
