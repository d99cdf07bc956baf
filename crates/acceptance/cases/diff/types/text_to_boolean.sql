-- A text becomes true or false, as it was chosen.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v text);

-- rows
INSERT INTO t VALUES (1, 'yes');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v boolean);

-- choices
using t.v = (v = 'yes')
allow-questions
