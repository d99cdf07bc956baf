//! `[guard]` in `whimbrel.toml`, and the options that say otherwise for one run.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use whimbrel_run::guard::Timeouts;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    #[serde(default, deserialize_with = "some")]
    pub lock_timeout: Option<Length>,
    #[serde(default)]
    pub lock_patience: Option<Length>,
    #[serde(default)]
    pub statement_timeout: Option<Length>,
    /// As which everything is done, where the engine has roles.
    #[serde(default)]
    pub role: Option<String>,
}

/// A length of time as people and PostgreSQL write it: `50ms`, `5s`, `10min`, `1h`; `0` for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length(pub Duration);

impl Guard {
    /// What is said for the run goes before what is said for the project.
    pub fn timeouts(&self, run: &Guard) -> Timeouts {
        let usual = Timeouts::default();
        let said = |run: Option<Length>, file: Option<Length>| run.or(file).map(|length| length.0);
        Timeouts {
            lock: said(run.lock_timeout, self.lock_timeout).unwrap_or(usual.lock),
            patience: said(run.lock_patience, self.lock_patience).unwrap_or(usual.patience),
            statement: match said(run.statement_timeout, self.statement_timeout) {
                Some(length) => Some(length).filter(|length| !length.is_zero()),
                None => usual.statement,
            },
        }
    }
}

impl std::str::FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no length of time: write it as `50ms`, `5s`, `10min` or `1h`");
        let text = text.trim();
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let milliseconds = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "min" => 60_000,
            "h" => 3_600_000,
            "" if number == 0 => 1,
            _ => return Err(wrong()),
        };
        number.checked_mul(milliseconds).map(|it| Length(Duration::from_millis(it))).ok_or_else(wrong)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Length>, D::Error> {
    limit(&String::deserialize(deserializer)?).map(Some).map_err(serde::de::Error::custom)
}

/// A length of time that is some: a statement that may wait without end would keep everybody waiting.
pub fn limit(text: &str) -> Result<Length, String> {
    let length: Length = text.parse()?;
    if length.0.is_zero() { Err("it has to be more than nothing".to_string()) } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        let read = |text: &str| text.parse::<Length>().map(|length| length.0);
        assert_eq!(read("50ms"), Ok(Duration::from_millis(50)));
        assert_eq!(read("5 s"), Ok(Duration::from_secs(5)));
        assert_eq!(read("10min"), Ok(Duration::from_secs(600)));
        assert_eq!(read("0"), Ok(Duration::ZERO));
        for wrong in ["5", "s", "5 m", "-1s", "1.5s", "", "99999999999999999h"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(limit("0").is_err() && limit("1ms").is_ok());
    }

    #[test]
    fn a_run_goes_before_the_project() {
        let length = |text: &str| Some(text.parse().unwrap());
        let file = Guard { lock_timeout: length("1s"), statement_timeout: length("0"), ..Guard::default() };
        let run = Guard { lock_timeout: length("10ms"), ..Guard::default() };
        let timeouts = file.timeouts(&run);
        assert_eq!((timeouts.lock, timeouts.statement), (Duration::from_millis(10), None));
        assert_eq!(file.timeouts(&Guard::default()).lock, Duration::from_secs(1));
        assert_eq!(Guard::default().timeouts(&Guard::default()), Timeouts::default());
    }
}
