-- case: a new column
-- judge
-- finds: fixed-length-char
CREATE TABLE country (code char(2) PRIMARY KEY);

-- case: text
-- judge
CREATE TABLE country (code text PRIMARY KEY);
