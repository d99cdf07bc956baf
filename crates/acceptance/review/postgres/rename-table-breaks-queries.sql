-- case: with nothing of the old name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;

-- case: with a view of the old name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT id, subject, size FROM message;

-- case: the view names every column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email RENAME TO message;
CREATE VIEW email (id, subject, size) AS SELECT m.id, m.subject, m.size FROM message AS m;

-- case: the view lacks a column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT id, subject FROM message;

-- case: the view shows another column under the name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT id, subject, id AS size FROM message;

-- case: the view hides rows
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT * FROM message WHERE size > 0;

-- case: nobody can write through the view
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT DISTINCT id, subject, size FROM message;

-- case: the view computes a column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT id, lower(subject) AS subject, size FROM message;

-- case: a column is renamed before the view shows all
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
-- finds: rename-column-breaks-queries
ALTER TABLE message RENAME COLUMN subject TO title;
CREATE VIEW email AS SELECT * FROM message;

-- case: the view comes in another transaction
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
-- transaction: none
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT * FROM message;

-- case: which columns there are is not known
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT id, subject FROM message;

-- case: a column gets another name with it
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email RENAME TO message;
ALTER TABLE message RENAME COLUMN subject TO title;
CREATE VIEW email AS SELECT id, title AS subject, size FROM message;

-- case: a column gets another name with it, and the view computes it
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
-- finds: rename-column-breaks-queries
ALTER TABLE message RENAME COLUMN subject TO title;
CREATE VIEW email AS SELECT id, upper(title) AS subject, size FROM message;
