-- A column gets another name and another type.
-- engines: sqlite, postgres

-- from
CREATE TABLE converted (id integer PRIMARY KEY, price text NOT NULL);

-- to
CREATE TABLE converted (id integer PRIMARY KEY, cents integer NOT NULL);

-- choices
rename converted.price:cents
using converted.cents = CAST(price AS integer)
using converted.price = CAST(cents AS text)
phases expand backfill contract

-- old
INSERT INTO converted (id, price) VALUES ({id}, '{v}');  -- text = {v}
UPDATE converted SET price = '{v}' WHERE id = {id};  -- text = {v}
DELETE FROM converted WHERE id = {id};
SELECT price FROM converted WHERE id = {id};  -- {text}

-- new
INSERT INTO converted (id, cents) VALUES ({id}, {v});  -- text = {v}
UPDATE converted SET cents = {v} WHERE id = {id};  -- text = {v}
DELETE FROM converted WHERE id = {id};
SELECT cents FROM converted WHERE id = {id};  -- {text}
