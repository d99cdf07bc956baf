-- case: other words, and an old mistake
-- judge
-- finds: int-key-is-no-rowid
CREATE TABLE a (id int PRIMARY KEY);
-- finds: int-key-is-no-rowid
CREATE TABLE b (id bigint, PRIMARY KEY (id));
-- finds: int-key-is-no-rowid
CREATE TABLE c (id integer PRIMARY KEY DESC);

-- case: the one spelling, and keys that are none of it
-- judge
CREATE TABLE a (id INTEGER PRIMARY KEY);
CREATE TABLE b (id text PRIMARY KEY);
CREATE TABLE c (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE d (id int PRIMARY KEY) WITHOUT ROWID;
