-- case: a table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: cascade-drops-more, drop-table
DROP TABLE email CASCADE;

-- case: a type
-- setup
CREATE TYPE mood AS ENUM ('ok');
-- judge
-- finds: cascade-drops-more
DROP TYPE mood CASCADE;

-- case: without it
-- setup
CREATE TYPE mood AS ENUM ('ok');
-- judge
-- finds: drop-breaks-code
DROP TYPE mood;

-- case: what is not there, if it is
-- judge
DROP TABLE IF EXISTS email CASCADE;
DROP TYPE IF EXISTS mood CASCADE;
