-- A partitioned table whose partitions nobody mentions gets an index: somebody else makes them, so it is asked.
-- engines: postgres

-- from
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);

-- to
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE INDEX ix_ev ON ev (at);

-- choices
allow-questions
