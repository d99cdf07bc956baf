-- A trigger stays though its table is made anew.
-- engines: sqlite

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET n = 1 WHERE id = NEW.id; END;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n text, email text);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET n = 1 WHERE id = NEW.id; END;

-- choices
allow-questions
