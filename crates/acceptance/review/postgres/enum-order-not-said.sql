-- case: without a place
-- setup
CREATE TYPE mood AS ENUM ('ok', 'happy');
-- judge
-- finds: enum-order-not-said
ALTER TYPE mood ADD VALUE 'calm';
-- fixed
ALTER TYPE mood ADD VALUE 'calm' AFTER 'happy';

-- case: with one
-- setup
CREATE TYPE mood AS ENUM ('ok');
-- judge
ALTER TYPE mood ADD VALUE 'calm' BEFORE 'ok';
