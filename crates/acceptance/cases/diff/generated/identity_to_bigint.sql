-- An identity column grows, and its sequence with it.
-- engines: postgres

-- from
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

-- to
CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

-- choices
phases expand backfill contract
