-- case: a table gets another name
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;

-- case: a view of the old name that can be written through stays
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT id, subject FROM message;
CREATE TRIGGER email_insert INSTEAD OF INSERT ON email BEGIN INSERT INTO message VALUES (NEW.id, NEW.subject); END;
CREATE TRIGGER email_update INSTEAD OF UPDATE ON email
BEGIN UPDATE message SET id = NEW.id, subject = NEW.subject WHERE id = OLD.id; END;
CREATE TRIGGER email_delete INSTEAD OF DELETE ON email BEGIN DELETE FROM message WHERE id = OLD.id; END;

-- case: a view of the old name that can only be read
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT * FROM message;
