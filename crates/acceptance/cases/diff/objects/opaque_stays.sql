-- What is not modelled stays where it is while its table changes: a policy, a rule, statistics, a composite type.
-- engines: postgres

-- from
CREATE TYPE pair AS (a integer, b integer);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE POLICY mine ON t USING (n > 0);
CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE STATISTICS near (dependencies) ON id, n FROM t;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TYPE pair AS (a integer, b integer);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email varchar(300), more text);
CREATE INDEX by_email ON t (email);
CREATE POLICY mine ON t USING (n > 0);
CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE STATISTICS near (dependencies) ON id, n FROM t;

-- choices
allow-doubts
