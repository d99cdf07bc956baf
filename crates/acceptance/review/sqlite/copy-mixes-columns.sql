-- case: the same columns in another order
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, body text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, body text, subject text);
-- finds: copy-mixes-columns, long-write-lock
INSERT INTO email_new SELECT * FROM email;

-- case: the columns are named
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, body text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, body text, subject text);
-- finds: long-write-lock
INSERT INTO email_new (id, subject, body) SELECT id, subject, body FROM email;

-- case: a column under a new name
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, title text);
-- finds: long-write-lock
INSERT INTO email_new SELECT * FROM email;
