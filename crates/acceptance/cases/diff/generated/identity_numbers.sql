-- An identity counts in other steps.
-- engines: postgres

-- from
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer);

-- rows
INSERT INTO t (n) VALUES (1);

-- to
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY (INCREMENT BY 10) PRIMARY KEY, n integer);
