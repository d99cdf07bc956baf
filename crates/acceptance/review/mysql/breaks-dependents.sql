-- case: a view names the column
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int);
CREATE VIEW inbox AS SELECT id, subject FROM email;
-- judge
-- finds: drop-column, breaks-dependents
ALTER TABLE email DROP COLUMN subject, ALGORITHM=INSTANT;

-- case: a trigger of the table names the column
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int);
CREATE TRIGGER short BEFORE INSERT ON email FOR EACH ROW SET NEW.subject = LEFT(NEW.subject, 10);
-- judge
-- finds: rename-column-breaks-queries, breaks-dependents
ALTER TABLE email RENAME COLUMN subject TO title, ALGORITHM=INSTANT;

-- case: a procedure names the table
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int);
CREATE PROCEDURE sweep() DELETE FROM email WHERE size > 100;
-- judge
-- finds: drop-table, breaks-dependents
DROP TABLE email;

-- case: the view is of another column
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int);
CREATE VIEW inbox AS SELECT id, 'size' AS subject FROM email;
-- judge
-- finds: drop-column
ALTER TABLE email DROP COLUMN size, ALGORITHM=INSTANT;

-- case: what names it is gone before
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50), size int);
CREATE VIEW inbox AS SELECT id, subject FROM email;
-- judge
-- finds: drop-breaks-code
DROP VIEW inbox;
-- finds: drop-column
ALTER TABLE email DROP COLUMN subject, ALGORITHM=INSTANT;
