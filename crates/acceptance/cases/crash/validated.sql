-- Constraints that are added unproved and proved on their own.
-- engines: postgres

-- start
CREATE TABLE parent (id integer PRIMARY KEY);
CREATE TABLE child (id integer PRIMARY KEY, parent_id integer, size integer);
INSERT INTO parent SELECT i FROM generate_series(1, 1000) i;
INSERT INTO child SELECT i, 1 + i % 1000, i FROM generate_series(1, 40000) i;

-- upgrade
ALTER TABLE child ADD CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id) NOT VALID;
-- transaction: none
ALTER TABLE child VALIDATE CONSTRAINT child_parent;
ALTER TABLE child ADD CONSTRAINT child_size CHECK (size > 0) NOT VALID;
-- transaction: none
ALTER TABLE child VALIDATE CONSTRAINT child_size;
-- transaction: none
ALTER TABLE child ALTER COLUMN size SET NOT NULL;

-- downgrade
ALTER TABLE child ALTER COLUMN size DROP NOT NULL;
-- transaction: none
ALTER TABLE child DROP CONSTRAINT child_size;
-- transaction: none
ALTER TABLE child DROP CONSTRAINT child_parent;
