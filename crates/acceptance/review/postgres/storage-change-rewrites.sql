-- case: logged again
-- setup
CREATE UNLOGGED TABLE email (id bigint PRIMARY KEY);
-- judge
-- finds: storage-change-rewrites
ALTER TABLE email SET LOGGED;

-- case: to another tablespace
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: storage-change-rewrites
ALTER TABLE email SET TABLESPACE fast;

-- case: a parameter that changes nothing that is stored
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email SET (fillfactor = 70);
