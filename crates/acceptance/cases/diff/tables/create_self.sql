-- A new table references itself.
-- engines: sqlite, postgres

-- from


-- to
CREATE TABLE node (id integer PRIMARY KEY, parent_id integer REFERENCES node (id));
