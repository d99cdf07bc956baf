-- revision: 8c1f0e7d2b34
-- parents:  none
-- message:  first

-- upgrade
CREATE TABLE email (
    id INTEGER NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL
);

-- downgrade
DROP TABLE email;
