-- A table goes early because its name is wanted, and another that references it goes too.
-- engines: sqlite, postgres

-- from
CREATE TABLE a (id integer PRIMARY KEY);
CREATE TABLE b (a_id integer REFERENCES a (id));

-- to
CREATE VIEW a AS SELECT 1 AS id;

-- choices
allow-drop a
allow-drop b
