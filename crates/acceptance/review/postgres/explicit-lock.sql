-- case: everybody out
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: explicit-lock
LOCK TABLE email;

-- case: writes out
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: explicit-lock
LOCK TABLE email IN SHARE MODE;

-- case: only schema changes out
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
LOCK TABLE email IN SHARE UPDATE EXCLUSIVE MODE;
