-- A column of the primary key gets another name.
-- engines: postgres

-- from
CREATE TABLE keyed (id integer PRIMARY KEY, colour text NOT NULL);

-- to
CREATE TABLE keyed (number integer PRIMARY KEY, colour text NOT NULL);

-- choices
rename keyed.id:number
phases expand backfill contract

-- old
INSERT INTO keyed (id, colour) VALUES ({id}, '{v}');  -- text = {v}
DELETE FROM keyed WHERE id = {id};
SELECT colour FROM keyed WHERE id = {id};  -- {text}

-- new
INSERT INTO keyed (number, colour) VALUES ({id}, '{v}');  -- text = {v}
SELECT colour FROM keyed WHERE number = {id};  -- {text}
