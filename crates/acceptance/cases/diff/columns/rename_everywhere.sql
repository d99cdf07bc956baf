-- A renamed column is followed by index, check, foreign key and generated column.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer CONSTRAINT n_unique UNIQUE, twice integer GENERATED ALWAYS AS (n * 2) STORED, CONSTRAINT positive CHECK (n > 0));
CREATE TABLE c (t_n integer CONSTRAINT c_t REFERENCES t (n));
CREATE INDEX ix_n ON t (n) WHERE n > 5;

-- rows
INSERT INTO t (id, n) VALUES (1, 6);
INSERT INTO c VALUES (6);

-- to
CREATE TABLE t (id integer PRIMARY KEY, amount integer CONSTRAINT n_unique UNIQUE, twice integer GENERATED ALWAYS AS (amount * 2) STORED, CONSTRAINT positive CHECK (amount > 0));
CREATE TABLE c (t_n integer CONSTRAINT c_t REFERENCES t (amount));
CREATE INDEX ix_n ON t (amount) WHERE amount > 5;

-- choices
rename t.n:amount
