-- A check lets in other values.
-- engines: sqlite, postgres

-- from
CREATE TABLE gauge (id integer PRIMARY KEY, pressure integer, CONSTRAINT ck_pressure CHECK (pressure > 0));

-- to
CREATE TABLE gauge (id integer PRIMARY KEY, pressure integer, CONSTRAINT ck_pressure CHECK (pressure > -10000000));

-- choices
phases expand contract

-- old
INSERT INTO gauge (id, pressure) VALUES ({id}, {v});  -- pressure = {v}
UPDATE gauge SET pressure = {v} WHERE id = {id};  -- pressure = {v}
SELECT pressure FROM gauge WHERE id = {id};  -- {pressure}

-- new
INSERT INTO gauge (id, pressure) VALUES ({id}, -{v});  -- pressure = -{v}
UPDATE gauge SET pressure = -{v} WHERE id = {id};  -- pressure = -{v}
SELECT pressure FROM gauge WHERE id = {id};  -- {pressure}
