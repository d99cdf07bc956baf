-- case: a volatile default
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: new-column-rewrites, breaks-prepared-statements
ALTER TABLE email ADD COLUMN token uuid DEFAULT gen_random_uuid();
-- fixed
ALTER TABLE email ADD COLUMN token uuid;
ALTER TABLE email ALTER COLUMN token SET DEFAULT gen_random_uuid();
-- later: fill `token`
-- backfill
UPDATE email SET token = gen_random_uuid() WHERE token IS NULL;

-- case: a volatile default on a required column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: new-column-rewrites, breaks-prepared-statements
ALTER TABLE email ADD COLUMN token uuid DEFAULT gen_random_uuid() NOT NULL;
-- fixed
ALTER TABLE email ADD COLUMN token uuid;
ALTER TABLE email ALTER COLUMN token SET DEFAULT gen_random_uuid();
-- later: fill `token`
-- backfill
UPDATE email SET token = gen_random_uuid() WHERE token IS NULL;
-- later: begin to make `token` NOT NULL
ALTER TABLE email ADD CONSTRAINT email_token_set CHECK (token IS NOT NULL) NOT VALID;
-- later: validate that `token` is never NULL
ALTER TABLE email VALIDATE CONSTRAINT email_token_set;
-- later: make `token` NOT NULL
ALTER TABLE email ALTER COLUMN token SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_token_set;

-- case: an identity
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: new-column-rewrites, breaks-prepared-statements
ALTER TABLE email ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;

-- case: computed and stored
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: new-column-rewrites, breaks-prepared-statements
ALTER TABLE email ADD COLUMN kilobytes bigint GENERATED ALWAYS AS (size / 1000) STORED;

-- case: the same for the whole statement
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN seen_at timestamptz DEFAULT now();
