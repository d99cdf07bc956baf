use jiff::{SignedDuration, Timestamp};

/// A moment as the ledger and the files of whimbrel write it: RFC 3339, in UTC, to the millisecond.
pub fn written(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The present one.
pub fn now() -> String {
    written(Timestamp::now())
}

/// How long ago that was. `None` where nobody can read it, or where it lies in the future: that was a clock that nobody
/// can go by.
pub fn age(then: &str, now: Timestamp) -> Option<SignedDuration> {
    let then: Timestamp = then.parse().ok()?;
    Some(now.duration_since(then)).filter(|age| !age.is_negative())
}
