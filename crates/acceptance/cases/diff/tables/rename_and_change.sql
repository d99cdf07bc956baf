-- A table gets another name, and a column as well, and one more comes.
-- engines: sqlite, postgres

-- from
CREATE TABLE mail (id integer PRIMARY KEY, subject text);

-- rows
INSERT INTO mail VALUES (1, 'hello');

-- to
CREATE TABLE email (id integer PRIMARY KEY, title text, archived_at timestamp);

-- choices
rename mail:email
rename mail.subject:title
