-- The type of a key changes that a foreign key rests on.
-- engines: postgres

-- from
CREATE TABLE p (id text PRIMARY KEY);
CREATE TABLE c (id integer PRIMARY KEY, p_id text CONSTRAINT c_p REFERENCES p (id));

-- rows
INSERT INTO p VALUES ('7');
INSERT INTO c VALUES (1, '7');

-- to
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE c (id integer PRIMARY KEY, p_id integer CONSTRAINT c_p REFERENCES p (id));

-- choices
allow-questions
