-- A function takes other arguments, under a trigger that does not mind.
-- engines: postgres

-- from
CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$ SELECT x $$;

-- to
CREATE FUNCTION f(x integer, y integer) RETURNS integer LANGUAGE sql AS $$ SELECT x + y $$;
