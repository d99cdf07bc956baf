-- case: none
-- judge
-- finds: table-without-primary-key
CREATE TABLE email (subject text);

-- case: it comes later
-- judge
CREATE TABLE email (id bigint NOT NULL);
ALTER TABLE email ADD PRIMARY KEY (id);
