-- case: a table that takes anything
-- judge
-- finds: table-not-strict
CREATE TABLE email (id integer PRIMARY KEY, size integer);

-- case: strict, virtual and temporary tables
-- version: 3.54.1
-- judge
CREATE TABLE email (id integer PRIMARY KEY, size integer) STRICT;
CREATE VIRTUAL TABLE email_fts USING fts5(subject);
CREATE TEMP TABLE scratch (id integer);
