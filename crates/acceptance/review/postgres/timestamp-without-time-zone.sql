-- case: timestamp
-- judge
-- finds: timestamp-without-time-zone
CREATE TABLE email (id bigint PRIMARY KEY, sent_at timestamp);

-- case: timestamptz
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, sent_at timestamptz);
