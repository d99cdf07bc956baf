use jiff::Timestamp;

/// A moment as the ledger and the files of whimbrel write it: RFC 3339, in UTC, to the millisecond.
pub fn written(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The present one.
pub fn now() -> String {
    written(Timestamp::now())
}
