-- case: of an old type
-- setup
CREATE TYPE mood AS ENUM ('ok');
-- judge
-- finds: rename-enum-value-breaks-code
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';

-- case: of a new one
-- judge
CREATE TYPE mood AS ENUM ('ok');
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
