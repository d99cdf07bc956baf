-- case: numbers that never come back
-- judge
-- finds: autoincrement-costs
CREATE TABLE email (id integer PRIMARY KEY AUTOINCREMENT);

-- case: numbers
-- judge
CREATE TABLE email (id integer PRIMARY KEY);
