-- Names that need quotes.
-- engines: sqlite, postgres

-- from
CREATE TABLE "Order" (id integer PRIMARY KEY, "select" integer);

-- rows
INSERT INTO "Order" VALUES (1, 2);

-- to
CREATE TABLE "Order" (id integer PRIMARY KEY, "select" integer, "two words" text DEFAULT 'it''s');
CREATE INDEX "ix Order" ON "Order" ("two words");
