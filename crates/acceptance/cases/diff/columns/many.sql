-- Many changes of one table at once.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text NOT NULL, c integer DEFAULT 1, d text);
CREATE INDEX ix_a ON t (a);

-- rows
INSERT INTO t VALUES (1, 1, 'b', 3, 'd');

-- to
CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, b text, c integer DEFAULT 2, e text CONSTRAINT e_unique UNIQUE, CONSTRAINT sane CHECK (a > 0));
CREATE INDEX ix_c ON t (c);

-- choices
allow-questions
