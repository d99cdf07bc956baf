-- case: with a name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: check-scan-blocks
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0);
-- fixed
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;
-- later: validate `email_size`
ALTER TABLE email VALIDATE CONSTRAINT email_size;

-- case: without a name, which the fix has to say
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: check-scan-blocks
ALTER TABLE email ADD CHECK (size > 0);
-- fixed
ALTER TABLE email ADD CONSTRAINT email_size_check CHECK (size > 0) NOT VALID;
-- later: validate `email_size_check`
ALTER TABLE email VALIDATE CONSTRAINT email_size_check;

-- case: with a new column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements, check-scan-blocks
ALTER TABLE email ADD COLUMN weight bigint CHECK (weight > 0);

-- case: not valid
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;

-- case: on a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0);
