-- case: text that is no SQL
-- judge
-- finds: unknown-statement
ALTER TABLE email ADD COLUM subject text REFERENCES;

-- case: plain SQL
-- judge
CREATE TABLE email (id integer PRIMARY KEY);
