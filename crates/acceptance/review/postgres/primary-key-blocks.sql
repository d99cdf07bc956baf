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

-- case: with an index, over a column that may be NULL
-- setup
CREATE TABLE email (id bigint);
CREATE UNIQUE INDEX email_pkey ON email (id);
-- judge
-- finds: primary-key-blocks
ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;

-- case: with an index, over a column that is NOT NULL
-- setup
CREATE TABLE email (id bigint NOT NULL);
CREATE UNIQUE INDEX email_pkey ON email (id);
-- judge
ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;
