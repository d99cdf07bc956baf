-- case: VACUUM FULL
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
-- finds: rewrite-command-blocks
VACUUM FULL email;

-- case: with its options in brackets
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
-- finds: rewrite-command-blocks
VACUUM (FULL, ANALYZE) email;

-- case: CLUSTER
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rewrite-command-blocks
CLUSTER email USING email_pkey;

-- case: plain VACUUM
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
VACUUM email;
