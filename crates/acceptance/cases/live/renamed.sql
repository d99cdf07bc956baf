-- A column gets another name.
-- engines: sqlite, postgres

-- from
CREATE TABLE renamed (id integer PRIMARY KEY, subject text NOT NULL, folder integer);
CREATE INDEX ix_renamed_subject ON renamed (subject);

-- to
CREATE TABLE renamed (id integer PRIMARY KEY, title text NOT NULL, folder integer);
CREATE INDEX ix_renamed_title ON renamed (title);

-- choices
rename renamed.subject:title
phases expand backfill contract

-- old
INSERT INTO renamed (id, subject) VALUES ({id}, '{v}');  -- text = {v}
INSERT INTO renamed (id, subject) VALUES ({id}, '{v}') ON CONFLICT (id) DO UPDATE SET subject = excluded.subject;  -- text = {v}
UPDATE renamed SET subject = '{v}' WHERE id = {id};  -- text = {v}
UPDATE renamed SET folder = {v} WHERE id = {id};  --
DELETE FROM renamed WHERE id = {id};
SELECT subject FROM renamed WHERE id = {id};  -- {text}

-- new
INSERT INTO renamed (id, title) VALUES ({id}, '{v}');  -- text = {v}
INSERT INTO renamed (id, title) VALUES ({id}, '{v}') ON CONFLICT (id) DO UPDATE SET title = excluded.title;  -- text = {v}
UPDATE renamed SET title = '{v}' WHERE id = {id};  -- text = {v}
DELETE FROM renamed WHERE id = {id};
SELECT title FROM renamed WHERE id = {id};  -- {text}
