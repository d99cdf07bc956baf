-- case: a check
-- judge
-- finds: domain-with-constraint
CREATE DOMAIN address AS text CHECK (value LIKE '%@%');

-- case: none
-- judge
CREATE DOMAIN address AS text;
