-- What a revision says of its own session, in a transaction and outside of one.
-- engines: postgres

-- start
CREATE SCHEMA apart;
CREATE TABLE mail (id integer PRIMARY KEY, subject text);
INSERT INTO mail SELECT i, 'subject ' || i FROM generate_series(1, 5000) i;

-- upgrade
SET search_path = apart;
CREATE TABLE note (id integer PRIMARY KEY);
RESET search_path;
SET lock_timeout = '5s';
-- transaction: none
CREATE INDEX CONCURRENTLY ix_mail ON mail (subject);

-- downgrade
DROP INDEX ix_mail;
DROP TABLE apart.note;
