use std::fs;
use std::path::Path;

use super::settings::is_folder;

/// The password that `~/.pgpass` has for the place; lines are `host:port:database:user:password`, `*` is any.
pub fn look_up(file: &Path, host: &str, port: u16, database: &str, user: &str) -> Option<String> {
    // As libpq does: a file that others can read is no place for passwords.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(file).ok()?.permissions().mode() & 0o077 != 0 {
            return None;
        }
    }
    find(&fs::read_to_string(file).ok()?, host, port, database, user)
}

fn find(text: &str, host: &str, port: u16, database: &str, user: &str) -> Option<String> {
    let host = if is_folder(host) { "localhost" } else { host };
    let port = port.to_string();
    let wanted = [host, &port, database, user];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = fields(line);
        let password = (fields.len() == 5).then(|| fields.pop())??;
        let fits = fields.iter().zip(wanted).all(|(field, wanted)| field == "*" || field == wanted);
        fits.then_some(password)
    })
}

/// A backslash keeps a colon or a backslash from being what it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let kept = match character {
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(field) = fields.last_mut() {
            field.push(kept);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let text = "# mine\nother:*:*:*:no\n*:5432:app:ann:a\\:b\\\\c\n*:*:*:*:last\n";
        assert_eq!(find(text, "db", 5432, "app", "ann").as_deref(), Some("a:b\\c"));
        assert_eq!(find(text, "/tmp", 1, "app", "ann").as_deref(), Some("last"));
        assert_eq!(find("localhost:*:*:*:socket", "/tmp", 1, "app", "ann").as_deref(), Some("socket"));
        assert_eq!(find("db:1:app", "db", 1, "app", "ann"), None);
    }
}
