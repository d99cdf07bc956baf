-- Names that need care.
CREATE TABLE "order" ("select" INTEGER PRIMARY KEY, "from" TEXT);
INSERT INTO "order" VALUES (1, 'a'), (2, NULL);
CREATE TABLE "with ""quotes"" and 'more'" ("a ""b""" TEXT, [c d] TEXT, `e;f` TEXT);
INSERT INTO "with ""quotes"" and 'more'" VALUES ('1', '2', '3');
CREATE TABLE "Straße 🦢" ("größe" INTEGER);
INSERT INTO "Straße 🦢" VALUES (42);
CREATE TABLE "" ("" TEXT);
INSERT INTO "" VALUES ('no name');
CREATE TABLE "a.b" ("c.d" TEXT);
INSERT INTO "a.b" VALUES ('dots');
CREATE TABLE "rowid" (rowid TEXT, _rowid_ TEXT, oid TEXT);
INSERT INTO "rowid" VALUES ('x', 'y', 'z'), ('x', 'y', 'z');
CREATE TABLE "new
line" ("tab	" TEXT);
INSERT INTO "new
line" VALUES ('odd');
CREATE TABLE whimbrel_note (note TEXT);
INSERT INTO whimbrel_note VALUES ('the tool''s own are copied too');
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
INSERT INTO alembic_version VALUES ('1975ea83b712');
