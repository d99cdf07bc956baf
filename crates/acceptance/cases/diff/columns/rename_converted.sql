-- A column gets another name and a wider type.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, code varchar(10) NOT NULL);
CREATE INDEX ix_t ON t (code);

-- rows
INSERT INTO t VALUES (1, 'a'), (2, 'b');

-- to
CREATE TABLE t (id integer PRIMARY KEY, label text NOT NULL);
CREATE INDEX ix_t ON t (label);

-- choices
rename t.code:label
allow-doubts
