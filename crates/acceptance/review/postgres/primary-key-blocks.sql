-- case: over a column that is NOT NULL
-- setup
CREATE TABLE email (id bigint NOT NULL);
-- judge
-- finds: primary-key-blocks, unique-fails-on-duplicates
ALTER TABLE email ADD PRIMARY KEY (id);
-- fixed
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY email_pkey ON email (id);
-- later: add `email_pkey` with its index
ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;

-- case: over columns that may be NULL
-- setup
CREATE TABLE email (account bigint, id bigint, size bigint NOT NULL);
-- judge
-- finds: primary-key-blocks, unique-fails-on-duplicates
ALTER TABLE email ADD CONSTRAINT email_key PRIMARY KEY (account, id, size);
-- fixed
ALTER TABLE email ADD CONSTRAINT email_account_set CHECK (account IS NOT NULL) NOT VALID;
ALTER TABLE email ADD CONSTRAINT email_id_set CHECK (id IS NOT NULL) NOT VALID;
-- later: validate that `account` is never NULL
ALTER TABLE email VALIDATE CONSTRAINT email_account_set;
-- later: make `account` NOT NULL
ALTER TABLE email ALTER COLUMN account SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_account_set;
-- later: validate that `id` is never NULL
ALTER TABLE email VALIDATE CONSTRAINT email_id_set;
-- later: make `id` NOT NULL
ALTER TABLE email ALTER COLUMN id SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_id_set;
-- later: build the index of `email_key`
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY email_key ON email (account, id, size);
-- later: add `email_key` with its index
ALTER TABLE email ADD CONSTRAINT email_key PRIMARY KEY USING INDEX email_key;

-- case: among others in a file that is one transaction
-- setup
CREATE TABLE email (id bigint NOT NULL);
-- judge
-- finds: primary-key-blocks, unique-fails-on-duplicates
ALTER TABLE email ADD PRIMARY KEY (id);
CREATE TABLE label (id bigint PRIMARY KEY);
-- fixed
CREATE TABLE label (id bigint PRIMARY KEY);
-- later: build the index of `email_pkey`
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY email_pkey ON email (id);
-- later: add `email_pkey` with its index
ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;

-- case: with an index, over a column that may be NULL
-- setup
CREATE TABLE email (id bigint);
CREATE UNIQUE INDEX email_pkey ON email (id);
-- judge
-- finds: primary-key-blocks
ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;
-- fixed
ALTER TABLE email ADD CONSTRAINT email_id_set CHECK (id IS NOT NULL) NOT VALID;
-- later: validate that `id` is never NULL
ALTER TABLE email VALIDATE CONSTRAINT email_id_set;
-- later: make `id` NOT NULL
ALTER TABLE email ALTER COLUMN id SET NOT NULL;
ALTER TABLE email DROP CONSTRAINT email_id_set;
-- later: add the primary key with `email_pkey`
ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;

-- case: with an index, over a column that is NOT NULL
-- setup
CREATE TABLE email (id bigint NOT NULL);
CREATE UNIQUE INDEX email_pkey ON email (id);
-- judge
ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;
