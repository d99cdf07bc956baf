-- A function comes that reads a table that comes with it.
-- engines: postgres

-- from


-- to
CREATE TABLE z (n integer);
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT sum(n) FROM z $$;
