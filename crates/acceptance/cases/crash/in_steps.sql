-- Groups of statements that share a transaction, between statements that stand alone.
-- engines: sqlite, postgres

-- start
CREATE TABLE mail (id integer PRIMARY KEY, subject varchar(80) NOT NULL, size integer);
INSERT INTO mail (id, subject, size) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 'subject', i % 97 FROM n;

-- upgrade
CREATE TABLE note (id integer PRIMARY KEY, body varchar(80));
INSERT INTO note (id, body) SELECT id, subject FROM mail WHERE size = 1;
-- transaction: none
CREATE INDEX ix_mail_size ON mail (size);
UPDATE mail SET size = size + 1 WHERE id % 2 = 0;
ALTER TABLE note ADD COLUMN kind integer;
-- transaction: none
CREATE TABLE apart (id integer PRIMARY KEY);
INSERT INTO apart (id) SELECT id FROM mail;

-- downgrade
DROP TABLE apart;
-- transaction: none
DROP INDEX ix_mail_size;
UPDATE mail SET size = size - 1 WHERE id % 2 = 0;
-- transaction: none
DROP TABLE note;

-- upgrade
ALTER TABLE mail ADD COLUMN flag integer;
UPDATE mail SET flag = size;

-- downgrade
ALTER TABLE mail DROP COLUMN flag;
