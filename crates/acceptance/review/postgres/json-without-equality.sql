-- case: a new column
-- judge
-- finds: json-without-equality
CREATE TABLE email (id bigint PRIMARY KEY, headers json);

-- case: jsonb
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, headers jsonb);
