-- case: in one transaction
-- setup
CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE email (id bigint PRIMARY KEY, mood mood);
-- judge
ALTER TYPE mood ADD VALUE 'calm' AFTER 'ok';
-- finds: enum-value-used-too-early
UPDATE email SET mood = 'calm' WHERE id = 1;

-- case: in two
-- setup
CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE email (id bigint PRIMARY KEY, mood mood);
ALTER TYPE mood ADD VALUE 'calm' AFTER 'ok';
-- judge
UPDATE email SET mood = 'calm' WHERE id = 1;
