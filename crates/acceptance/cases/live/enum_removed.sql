-- An enum loses a value.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok');
CREATE TABLE diary (id integer PRIMARY KEY, feeling mood NOT NULL, page integer);

-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE diary (id integer PRIMARY KEY, feeling mood NOT NULL, page integer);

-- choices
using diary.feeling = (CASE feeling WHEN 'meh' THEN 'ok' ELSE feeling::text END)::mood
phases contract

-- old
INSERT INTO diary (id, feeling, page) VALUES ({id}, 'meh', {v});  -- feeling = ok, page = {v}
UPDATE diary SET feeling = 'sad', page = {v} WHERE id = {id};  -- feeling = sad, page = {v}
SELECT page FROM diary WHERE id = {id};  -- {page}

-- new
INSERT INTO diary (id, feeling, page) VALUES ({id}, 'ok', {v});  -- feeling = ok, page = {v}
UPDATE diary SET feeling = 'sad', page = {v} WHERE id = {id};  -- feeling = sad, page = {v}
SELECT page FROM diary WHERE id = {id};  -- {page}
