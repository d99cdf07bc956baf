-- case: four columns
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, a text, b text, c text, d text);
-- finds: wide-index
CREATE INDEX ix ON email (a, b, c, d);

-- case: two columns
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, a text, b text);
CREATE INDEX ix ON email (a, b);
