-- The primary key changes that a foreign key rests on, and a unique takes its place.
-- engines: postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY, code integer NOT NULL);
CREATE TABLE c (p_id integer CONSTRAINT c_p REFERENCES p (id));

-- rows
INSERT INTO p VALUES (1, 2);
INSERT INTO c VALUES (1);

-- to
CREATE TABLE p (id integer NOT NULL CONSTRAINT p_id_key UNIQUE, code integer PRIMARY KEY);
CREATE TABLE c (p_id integer CONSTRAINT c_p REFERENCES p (id));
