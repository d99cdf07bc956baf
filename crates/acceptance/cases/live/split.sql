-- A column becomes two.
-- engines: sqlite, postgres

-- from
CREATE TABLE split (id integer PRIMARY KEY, whole text NOT NULL);

-- to
CREATE TABLE split (id integer PRIMARY KEY, initial text NOT NULL, rest text NOT NULL);

-- choices
backfill split.initial = substr(whole, 1, 1)
backfill split.rest = substr(whole, 2)
backfill split.whole = initial || rest
phases expand backfill contract

-- old
INSERT INTO split (id, whole) VALUES ({id}, 'x{v}');  -- initial = x, rest = {v}
UPDATE split SET whole = 'y{v}' WHERE id = {id};  -- initial = y, rest = {v}
DELETE FROM split WHERE id = {id};
SELECT whole FROM split WHERE id = {id};  -- {initial}{rest}

-- new
INSERT INTO split (id, initial, rest) VALUES ({id}, 'z', '{v}');  -- initial = z, rest = {v}
UPDATE split SET initial = 'u', rest = '{v}' WHERE id = {id};  -- initial = u, rest = {v}
UPDATE split SET rest = '{v}' WHERE id = {id};  -- rest = {v}
DELETE FROM split WHERE id = {id};
SELECT initial FROM split WHERE id = {id};  -- {initial}
SELECT rest FROM split WHERE id = {id};  -- {rest}
