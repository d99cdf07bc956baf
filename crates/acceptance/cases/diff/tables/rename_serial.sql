-- The sequence of a serial column keeps the old name unless it is renamed too.
-- engines: postgres

-- from
CREATE TABLE mail (id serial PRIMARY KEY, subject text);

-- rows
INSERT INTO mail (subject) VALUES ('a'), ('b');

-- to
CREATE TABLE email (id serial PRIMARY KEY, subject text);

-- choices
rename mail:email
