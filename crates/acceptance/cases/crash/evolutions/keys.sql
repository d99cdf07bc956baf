-- Keys, checks and references move on tables with many rows.
-- engines: sqlite, postgres

-- from
CREATE TABLE shelf (id integer NOT NULL, code integer NOT NULL, label varchar(20) NOT NULL, CONSTRAINT uq_label UNIQUE (label), CONSTRAINT ck_code CHECK (code > 0));
CREATE TABLE book (id integer PRIMARY KEY, shelf integer NOT NULL, title text);

-- rows
INSERT INTO shelf (id, code, label) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) SELECT i, i, 'l' || i FROM n;
INSERT INTO book (id, shelf, title) SELECT id, id, label FROM shelf;

-- to
CREATE TABLE shelf (id integer NOT NULL PRIMARY KEY, code integer NOT NULL, label varchar(80) NOT NULL, CONSTRAINT uq_code UNIQUE (code));
CREATE TABLE book (id integer PRIMARY KEY, shelf integer NOT NULL, title text, CONSTRAINT fk_shelf FOREIGN KEY (shelf) REFERENCES shelf (id), CONSTRAINT ck_shelf CHECK (shelf > 0));
CREATE INDEX ix_book_shelf ON book (shelf);
