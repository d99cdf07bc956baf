-- revision: 0410326ca039
-- parents:  none
-- message:  notes
-- created:  2026-11-23 15:06 UTC

-- upgrade
CREATE TABLE note (
    id INTEGER NOT NULL PRIMARY KEY,
    text VARCHAR NOT NULL
);

-- downgrade
DROP TABLE note;
