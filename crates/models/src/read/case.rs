//! How names of Rust are spelled in a database.

/// `HTTPRequestLog` is `http_request_log`.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// The conventions that serde and sqlx know by the same words.
pub const RULES: [&str; 8] = [
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

/// The name by one of [`RULES`]; `None` for a rule that is none of them.
pub fn by_rule(rule: &str, name: &str) -> Option<String> {
    let pascal = || words(name).iter().map(|word| capital(word)).collect::<String>();
    Some(match rule {
        "lowercase" => name.to_lowercase(),
        "UPPERCASE" => name.to_uppercase(),
        "PascalCase" => pascal(),
        "camelCase" => {
            let pascal = pascal();
            let mut letters = pascal.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
        "snake_case" => snake(name),
        "SCREAMING_SNAKE_CASE" => snake(name).to_uppercase(),
        "kebab-case" => words(name).join("-"),
        "SCREAMING-KEBAB-CASE" => words(name).join("-").to_uppercase(),
        _ => return None,
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// In lower case. A word begins with a capital after a small letter or a digit, and with the last of several capitals.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|it| !it.is_uppercase() || after.is_some_and(|it| it.is_lowercase()));
        if *letter == '_' || begins {
            words.push(String::new());
        }
        if *letter != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_by_rule() {
        assert_eq!(snake("Hero"), "hero");
        assert_eq!(snake("HeroTeam"), "hero_team");
        assert_eq!(snake("HTTPRequestLog"), "http_request_log");
        assert_eq!(snake("Utf8Name"), "utf8_name");
        assert_eq!(by_rule("camelCase", "DarkBlue").as_deref(), Some("darkBlue"));
        assert_eq!(by_rule("camelCase", "sent_at").as_deref(), Some("sentAt"));
        assert_eq!(by_rule("SCREAMING-KEBAB-CASE", "DarkBlue").as_deref(), Some("DARK-BLUE"));
        assert_eq!(by_rule("loud", "x"), None);
        assert!(RULES.iter().all(|rule| by_rule(rule, "DarkBlue").is_some()));
    }
}
