use std::time::Duration;

/// `90s`, `30m`, `24h`, `7d`.
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit() {
        assert_eq!(parse("24h"), Some(Duration::from_secs(86_400)));
        assert_eq!(parse(" 2 d "), Some(Duration::from_secs(172_800)));
        assert!(
            ["", "h", "24", "1.5h", "24 hours", "-1h", "99999999999999999d", "5é"]
                .into_iter()
                .all(|it| parse(it).is_none())
        );
    }
}
