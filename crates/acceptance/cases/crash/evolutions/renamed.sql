-- Many rows under another name: the backfill has several batches, and the contract keeps what it drops.
-- engines: sqlite, postgres

-- from
CREATE TABLE mail (id integer PRIMARY KEY, subject text NOT NULL, size integer);
CREATE INDEX ix_mail_subject ON mail (subject);

-- rows
INSERT INTO mail (id, subject, size) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, 'subject ' || i, i % 97 FROM n;

-- to
CREATE TABLE mail (id integer PRIMARY KEY, title text NOT NULL, size integer);
CREATE INDEX ix_mail_title ON mail (title);

-- choices
rename mail.subject:title
phases expand backfill contract
