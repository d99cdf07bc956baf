-- case: in the transaction that added it
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;
-- finds: validate-under-lock
ALTER TABLE email VALIDATE CONSTRAINT email_size;
-- fixed
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;

-- later: validate what was added
ALTER TABLE email VALIDATE CONSTRAINT email_size;

-- case: in a later one
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;
-- judge
ALTER TABLE email VALIDATE CONSTRAINT email_size;
