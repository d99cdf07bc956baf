-- A unique constraint changes that a foreign key rests on.
-- engines: postgres

-- from
CREATE TABLE p (id integer, code integer, CONSTRAINT u UNIQUE (code));
CREATE TABLE c (code integer CONSTRAINT c_p REFERENCES p (code));

-- rows
INSERT INTO p VALUES (1, 2);
INSERT INTO c VALUES (2);

-- to
CREATE TABLE p (id integer, code integer, CONSTRAINT u UNIQUE (code) INCLUDE (id));
CREATE TABLE c (code integer CONSTRAINT c_p REFERENCES p (code));
