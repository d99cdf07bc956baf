-- case: a time that gets its zone from the session
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, sent_at timestamp);
-- judge
-- finds: breaks-prepared-statements, depends-on-setting, type-change-rewrites
ALTER TABLE email ALTER COLUMN sent_at TYPE timestamptz;

-- case: where the session says it
-- set: TimeZone = UTC
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, sent_at timestamp);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ALTER COLUMN sent_at TYPE timestamptz;
