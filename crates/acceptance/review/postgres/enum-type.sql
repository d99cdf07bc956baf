-- case: an enum
-- judge
-- finds: enum-type
CREATE TYPE mood AS ENUM ('ok');

-- case: a table of values
-- judge
CREATE TABLE mood (name text PRIMARY KEY);
