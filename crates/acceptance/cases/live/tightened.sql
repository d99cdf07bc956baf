-- A check, a unique key and a foreign key come on what old code writes.
-- engines: sqlite, postgres

-- from
CREATE TABLE shelf (id integer PRIMARY KEY, place integer NOT NULL, kind integer NOT NULL, up integer);

-- to
CREATE TABLE shelf (
    id integer PRIMARY KEY, place integer NOT NULL, kind integer NOT NULL, up integer,
    CONSTRAINT uq_place UNIQUE (place), CONSTRAINT ck_kind CHECK (kind > 0),
    CONSTRAINT fk_up FOREIGN KEY (up) REFERENCES shelf (id)
);

-- choices
phases contract

-- old
INSERT INTO shelf (id, place, kind, up) VALUES ({id}, {v}, {v}, {id});  -- kind = {v}
UPDATE shelf SET kind = {v} WHERE id = {id};  -- kind = {v}
DELETE FROM shelf WHERE id = {id};
SELECT kind FROM shelf WHERE id = {id};  -- {kind}

-- new
INSERT INTO shelf (id, place, kind, up) VALUES ({id}, {v}, {v}, {id});  -- kind = {v}
UPDATE shelf SET kind = {v} WHERE id = {id};  -- kind = {v}
SELECT kind FROM shelf WHERE id = {id};  -- {kind}
