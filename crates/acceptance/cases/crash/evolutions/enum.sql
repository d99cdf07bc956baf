-- A value of an enum goes, in many rows.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok');
CREATE TABLE diary (id integer PRIMARY KEY, feeling mood NOT NULL, page integer);
CREATE INDEX ix_diary ON diary (feeling);

-- rows
INSERT INTO diary (id, feeling, page) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, (ARRAY['sad', 'meh', 'ok'])[1 + i % 3]::mood, i FROM n;

-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE diary (id integer PRIMARY KEY, feeling mood NOT NULL, page integer);
CREATE INDEX ix_diary ON diary (feeling);

-- choices
using diary.feeling = (CASE feeling WHEN 'meh' THEN 'ok' ELSE feeling::text END)::mood
no-undo which rows held the value is not known any more
phases contract
