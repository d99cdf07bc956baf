-- A function returns something else.
-- engines: postgres

-- from
CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$ SELECT x $$;

-- to
CREATE FUNCTION f(x integer) RETURNS bigint LANGUAGE sql AS $$ SELECT x::bigint $$;
