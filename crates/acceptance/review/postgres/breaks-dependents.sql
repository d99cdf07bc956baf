-- case: a function that names the column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE FUNCTION subjects() RETURNS SETOF text LANGUAGE sql AS $$ SELECT subject FROM email $$;
-- judge
-- finds: breaks-dependents, drop-column
ALTER TABLE email DROP COLUMN subject;

-- case: a function that names another
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE FUNCTION subjects() RETURNS SETOF text LANGUAGE sql AS $$ SELECT subject FROM email $$;
-- judge
-- finds: drop-column
ALTER TABLE email DROP COLUMN size;
