-- The first tables of all, in an order that only their foreign keys tell.
-- engines: sqlite, postgres

-- from


-- to
CREATE TABLE author (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE book (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES author (id));
CREATE TABLE a_review (id integer PRIMARY KEY, book_id integer NOT NULL REFERENCES book (id) ON DELETE CASCADE);
CREATE INDEX ix_book_author ON book (author_id);
