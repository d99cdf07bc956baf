-- A table gets another name; its rows stay.
-- engines: sqlite, postgres

-- from
CREATE TABLE u (id integer PRIMARY KEY, name text);
CREATE TABLE c (id integer PRIMARY KEY, u_id integer REFERENCES u (id));
CREATE INDEX ix_u_name ON u (name);

-- rows
INSERT INTO u VALUES (1, 'x');
INSERT INTO c VALUES (1, 1);

-- to
CREATE TABLE people (id integer PRIMARY KEY, name text);
CREATE TABLE c (id integer PRIMARY KEY, u_id integer REFERENCES people (id));
CREATE INDEX ix_u_name ON people (name);

-- choices
rename u:people
phases expand contract
