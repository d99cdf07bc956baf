-- A sequence counts otherwise.
-- engines: postgres

-- from
CREATE SEQUENCE sq;

-- to
CREATE SEQUENCE sq INCREMENT 10 CACHE 5;
