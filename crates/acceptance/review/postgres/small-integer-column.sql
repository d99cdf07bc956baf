-- case: integer
-- judge
-- finds: small-integer-column
CREATE TABLE email (id bigint PRIMARY KEY, size integer);

-- case: bigint
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, size bigint);
