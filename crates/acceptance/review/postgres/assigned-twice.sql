-- case: an update
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: assigned-twice
UPDATE email SET subject = 'a', size = greatest(1, 2), subject = 'b' WHERE id = 1;

-- case: an insert
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: assigned-twice
INSERT INTO email (id, id) VALUES (1, 2);

-- case: once each
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
UPDATE email SET subject = 'a', size = (SELECT max(size) FROM email AS e WHERE e.subject = 'a') WHERE id = 1;
INSERT INTO email (id, subject) VALUES (1, 'a');
