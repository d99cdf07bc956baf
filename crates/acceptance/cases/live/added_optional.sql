-- A column that may be NULL comes.
-- engines: sqlite, postgres

-- from
CREATE TABLE added (id integer PRIMARY KEY, amount integer NOT NULL);

-- to
CREATE TABLE added (id integer PRIMARY KEY, amount integer NOT NULL, remark text);

-- choices
phases plain

-- old
INSERT INTO added (id, amount) VALUES ({id}, {v});  -- amount = {v}, remark = NULL
UPDATE added SET amount = {v} WHERE id = {id};  -- amount = {v}
DELETE FROM added WHERE id = {id};
SELECT amount FROM added WHERE id = {id};  -- {amount}

-- new
INSERT INTO added (id, amount, remark) VALUES ({id}, {v}, 'r{v}');  -- amount = {v}, remark = r{v}
UPDATE added SET remark = 'x{v}' WHERE id = {id};  -- remark = x{v}
SELECT remark FROM added WHERE id = {id};  -- {remark}
SELECT amount FROM added WHERE id = {id};  -- {amount}
