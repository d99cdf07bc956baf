-- case: a text in double quotes
-- setup
CREATE TABLE email (id integer PRIMARY KEY, folder text);
-- judge
-- finds: quoted-name-is-text, long-write-lock
UPDATE email SET folder = "inbox" WHERE id = 1;
-- finds: quoted-name-is-text
CREATE TABLE other (id integer PRIMARY KEY, folder text DEFAULT "inbox");

-- case: names and texts as they should be
-- setup
CREATE TABLE email (id integer PRIMARY KEY, folder text, "from" text);
-- judge
-- finds: long-write-lock
UPDATE email SET folder = "from" WHERE id = 1;
INSERT INTO email (folder) VALUES ('inbox');
CREATE TABLE "order" ("group" text DEFAULT 'a', CHECK ("group" = "group"));
