-- What tidies up and changes nothing that anybody reads, between what does.
-- engines: postgres

-- start
CREATE TYPE mood AS ENUM ('calm', 'sad');
CREATE TABLE person (id integer PRIMARY KEY, mood mood NOT NULL);
INSERT INTO person SELECT i, 'calm' FROM generate_series(1, 20000) i;

-- upgrade
-- transaction: none
ALTER TYPE mood ADD VALUE 'glad' AFTER 'calm';
-- transaction: none
VACUUM (ANALYZE) person;
UPDATE person SET mood = 'glad' WHERE id % 3 = 0;
-- transaction: none
VACUUM person;
ANALYZE person;
CREATE INDEX CONCURRENTLY ix_person_mood ON person (mood);

-- upgrade
-- transaction: none
ALTER TYPE mood RENAME VALUE 'sad' TO 'low';
-- transaction: none
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'tired';
