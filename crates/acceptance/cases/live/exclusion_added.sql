-- An exclusion constraint comes, and another goes.
-- engines: postgres

-- from
CREATE TABLE booking (id integer PRIMARY KEY, nights int4range NOT NULL, days int4range NOT NULL,
    CONSTRAINT ex_days EXCLUDE USING gist (days WITH &&));

-- to
CREATE TABLE booking (id integer PRIMARY KEY, nights int4range NOT NULL, days int4range NOT NULL,
    CONSTRAINT ex_nights EXCLUDE USING gist (nights WITH &&));

-- choices
phases expand contract

-- old
INSERT INTO booking (id, nights, days) VALUES ({id}, int4range({v}, {v}, '[]'), int4range({v}, {v}, '[]'));  -- night = {v}
DELETE FROM booking WHERE id = {id};
SELECT lower(nights) FROM booking WHERE id = {id};  -- {night}

-- new
INSERT INTO booking (id, nights, days) VALUES ({id}, int4range({v}, {v}, '[]'), '[1,9]');  -- night = {v}
UPDATE booking SET nights = int4range({v}, {v}, '[]'), days = '[2,3]' WHERE id = {id};  -- night = {v}
SELECT lower(nights) FROM booking WHERE id = {id};  -- {night}
