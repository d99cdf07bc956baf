-- Columns that children inherit get other names, beside a rename that becomes a chain.
-- engines: postgres

-- from
CREATE TABLE base (id integer PRIMARY KEY, label text);
CREATE TABLE child (extra text) INHERITS (base);
CREATE TABLE other (id integer PRIMARY KEY, a text NOT NULL);

-- rows
INSERT INTO base VALUES (1, 'one');
INSERT INTO child VALUES (2, 'two', 'more');
INSERT INTO other VALUES (1, 'a');

-- to
CREATE TABLE base (number integer PRIMARY KEY, title text);
CREATE TABLE child (extra text) INHERITS (base);
CREATE TABLE other (id integer PRIMARY KEY, b text NOT NULL);

-- choices
rename base.id:number
rename base.label:title
rename other.a:b
phases expand backfill contract
