//! Numbers and times as people say them.

use std::time::Duration;

use jiff::{Timestamp, Zoned};

/// `1 revision`, `3 revisions`.
pub fn counted(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        more => match noun.strip_suffix("ry") {
            Some(stem) => format!("{more} {stem}ries"),
            None => format!("{more} {noun}s"),
        },
    }
}

/// `950`, `71.3k`, `24.1 M`.
pub fn many(number: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = number / (unit / 10);
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
    };
    match number {
        0..10_000 => number.to_string(),
        10_000..1_000_000 => format!("{}k", tenths(1_000)),
        1_000_000.. => format!("{} M", tenths(1_000_000)),
    }
}

/// `4 ms`, `1.3 s`, `2 min 10 s`, `3 h 05 min`.
pub fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let seconds = duration.as_secs();
    match () {
        () if milliseconds < 1_000 => format!("{milliseconds} ms"),
        () if seconds < 60 => format!("{:.1} s", duration.as_secs_f64()),
        () if seconds < 3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        () => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// `512 B`, `48 kB`, `9.3 GB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    let Some((unit, one)) = UNITS.into_iter().find(|(_, one)| bytes >= *one) else { return format!("{bytes} B") };
    let (whole, tenths) = (bytes / one, bytes % one * 10 / one);
    if whole < 10 { format!("{whole}.{tenths} {unit}") } else { format!("{whole} {unit}") }
}

/// Prose in lines of at most so many characters.
pub fn wrapped(text: &str, width: usize) -> String {
    super::wrap::wrap(text, width)
}

/// A time of the ledger, as it is where the person is: `today 09:52`, `yesterday 17:20`, `2026-10-02 08:00`.
pub fn when(timestamp: &str) -> String {
    let Ok(timestamp) = timestamp.parse::<Timestamp>() else { return timestamp.to_string() };
    since(timestamp, &Zoned::now())
}

fn since(timestamp: Timestamp, now: &Zoned) -> String {
    let then = timestamp.to_zoned(now.time_zone().clone());
    let day = match then.date() {
        date if date == now.date() => "today".to_string(),
        date if now.date().yesterday().is_ok_and(|yesterday| date == yesterday) => "yesterday".to_string(),
        date => date.to_string(),
    };
    format!("{day} {:02}:{:02}", then.hour(), then.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_fits() {
        let cases =
            [(0, "0 ms"), (999, "999 ms"), (1_300, "1.3 s"), (130_000, "2 min 10 s"), (11_100_000, "3 h 05 min")];
        for (milliseconds, words) in cases {
            assert_eq!(duration(Duration::from_millis(milliseconds)), words);
        }
    }

    #[test]
    fn large_numbers_are_short() {
        let cases = [(950, "950"), (9_999, "9999"), (71_350, "71.3k"), (80_000, "80k"), (24_100_000, "24.1 M")];
        for (number, words) in cases {
            assert_eq!(many(number), words);
        }
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        let cases =
            [(0, "0 B"), (999, "999 B"), (48_200, "48 kB"), (9_300_000_000, "9.3 GB"), (41_000_000_000_000, "41 TB")];
        for (number, words) in cases {
            assert_eq!(bytes(number), words);
        }
    }

    #[test]
    fn times_are_told_from_today() {
        let now: Zoned = "2026-11-22T10:00:00+01:00[Europe/Zurich]".parse().unwrap();
        let cases = [
            ("2026-11-22T08:52:10.123Z", "today 09:52"),
            ("2026-11-21T22:59:00Z", "yesterday 23:59"),
            ("2026-11-21T23:01:00Z", "today 00:01"),
            ("2026-10-02T06:00:00Z", "2026-10-02 08:00"),
        ];
        for (timestamp, words) in cases {
            assert_eq!(since(timestamp.parse().unwrap(), &now), words);
        }
    }
}
