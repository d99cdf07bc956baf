-- A table gets another name.
-- engines: postgres

-- from
CREATE TABLE parcel (id integer PRIMARY KEY, wrapping text NOT NULL);

-- to
CREATE TABLE package (id integer PRIMARY KEY, wrapping text NOT NULL);

-- choices
rename parcel:package
phases expand contract

-- old
INSERT INTO parcel (id, wrapping) VALUES ({id}, '{v}');  -- text = {v}
INSERT INTO parcel (id, wrapping) VALUES ({id}, '{v}') ON CONFLICT (id) DO UPDATE SET wrapping = excluded.wrapping;  -- text = {v}
UPDATE parcel SET wrapping = '{v}' WHERE id = {id};  -- text = {v}
DELETE FROM parcel WHERE id = {id};
SELECT wrapping FROM parcel WHERE id = {id};  -- {text}

-- new
INSERT INTO package (id, wrapping) VALUES ({id}, '{v}');  -- text = {v}
UPDATE package SET wrapping = '{v}' WHERE id = {id};  -- text = {v}
DELETE FROM package WHERE id = {id};
SELECT wrapping FROM package WHERE id = {id};  -- {text}
