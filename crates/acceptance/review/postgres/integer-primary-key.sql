-- case: numbered by the server
-- judge
-- finds: integer-primary-key
CREATE TABLE email (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

-- case: bigint
-- judge
CREATE TABLE email (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
