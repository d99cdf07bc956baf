-- case: a check
-- setup
CREATE DOMAIN address AS text;
CREATE TABLE email (id bigint PRIMARY KEY, sender address);
-- judge
-- finds: domain-check-scans
ALTER DOMAIN address ADD CONSTRAINT address_at CHECK (value LIKE '%@%');

-- case: another default
-- setup
CREATE DOMAIN address AS text;
CREATE TABLE email (id bigint PRIMARY KEY, sender address);
-- judge
ALTER DOMAIN address SET DEFAULT 'nobody';
