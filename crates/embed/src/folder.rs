use std::path::Path;

use whimbrel_frontends::revision::read_folder;
use whimbrel_plan::history::History;

/// How many heads the history may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heads {
    One,
    Several,
}

/// A folder that is a history.
#[derive(Debug)]
pub struct Folder {
    /// Its full path.
    pub whole: String,
    /// In the order of the history.
    pub files: Vec<File>,
}

#[derive(Debug)]
pub struct File {
    /// As messages name it.
    pub path: String,
    /// Where the compiler finds it.
    pub whole: String,
    pub checksum: String,
}

impl Folder {
    /// Reads the folder, or tells all that is wrong: a line for each problem, by its file and line.
    pub fn read(root: &Path, written: &str, heads: Heads) -> Result<Folder, String> {
        let folder = root.join(written);
        if !folder.is_dir() {
            let root = root.display();
            return Err(format!(
                "there is no folder `{written}` in {root}\n  next: whimbrel init, or correct the path"
            ));
        }
        let history = read_folder(&folder).map_err(|problems| {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let count = match told.len() {
                1 => "1 problem".to_string(),
                many => format!("{many} problems"),
            };
            format!("`{written}` is no history ({count})\n{}", told.join("\n")).replace(&prefix(root), "")
        })?;
        if heads == Heads::One {
            one_head(&history, written, root)?;
        }
        let mut files = Vec::with_capacity(history.revisions().len());
        for revision in history.revisions() {
            let file = revision.source.file.as_ref();
            let name = file.file_name().unwrap_or_default();
            let (Some(whole), Some(name)) = (file.to_str(), name.to_str()) else {
                return Err(format!("the path of {} is not UTF-8, so it cannot be compiled in", file.display()));
            };
            files.push(File {
                path: format!("{}/{name}", written.trim_end_matches('/')),
                whole: whole.to_string(),
                checksum: revision.checksum.to_string(),
            });
        }
        let whole = folder.to_str().unwrap_or(written).to_string();
        Ok(Folder { whole, files })
    }
}

/// Two branches that nobody has merged: each of them alone would be what its author tried.
fn one_head(history: &History, written: &str, root: &Path) -> Result<(), String> {
    let heads = history.heads();
    if heads.len() < 2 {
        return Ok(());
    }
    let told = heads.iter().map(|head| format!("{}: `{}` {}", head.source.file.display(), head.id, head.message));
    let told = told.collect::<Vec<_>>().join("\n").replace(&prefix(root), "");
    let ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    Err(format!(
        "`{written}` has {} heads\n{told}\n  next: whimbrel merge {}, or embed!(\"{written}\", several_heads)",
        heads.len(),
        ids.join(" ")
    ))
}

fn prefix(root: &Path) -> String {
    format!("{}/", root.display())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    fn read(files: &[(&str, &str)], heads: Heads) -> Result<Vec<String>, String> {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("migrations");
        fs::create_dir(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        let folder = Folder::read(root.path(), "migrations", heads)?;
        Ok(folder.files.into_iter().map(|file| file.path).collect())
    }

    fn revision(id: &str, parents: &str) -> String {
        format!(
            "-- revision: {id}\n-- parents:  {parents}\n-- message:  m\n\n-- upgrade\nSELECT 1;\n\n-- downgrade\n-- nothing to do\n"
        )
    }

    #[test]
    fn files_come_in_the_order_of_the_history() {
        let (first, second) = (revision("bbbb", "none"), revision("aaaa", "bbbb"));
        let read = read(&[("1_second.sql", &second), ("2_first.sql", &first)], Heads::One);
        assert_eq!(read.unwrap(), ["migrations/2_first.sql", "migrations/1_second.sql"]);
    }

    #[test]
    fn every_problem_is_told_by_its_file_and_line() {
        let missing = Folder::read(Path::new("/nowhere"), "migrations", Heads::One).unwrap_err();
        assert!(missing.starts_with("there is no folder `migrations` in /nowhere"), "{missing}");
        let gap = read(&[("1.sql", &revision("aaaa", "bbbb"))], Heads::One).unwrap_err();
        assert!(gap.contains("migrations/1.sql:2: revision `aaaa` builds on `bbbb`"), "{gap}");
        let circle = [("1.sql", revision("aaaa", "bbbb")), ("2.sql", revision("bbbb", "aaaa"))];
        let circle = read(&circle.each_ref().map(|(name, text)| (*name, text.as_str())), Heads::One).unwrap_err();
        assert!(circle.contains("in a circle"), "{circle}");
        let twice = [("1.sql", revision("aaaa", "none")), ("2.sql", revision("aaaa", "none"))];
        let twice = read(&twice.each_ref().map(|(name, text)| (*name, text.as_str())), Heads::One).unwrap_err();
        assert!(twice.contains("migrations/2.sql:1: two files are revision `aaaa`"), "{twice}");
        let header = read(&[("1.sql", "-- revision: a b\n"), ("2.sql", "SELECT 1;\n")], Heads::One).unwrap_err();
        assert!(header.contains("migrations/1.sql:1: ") && header.contains("migrations/2.sql:1: "), "{header}");
    }

    #[test]
    fn a_second_head_is_expected_or_it_is_an_error() {
        let two = [("1.sql", revision("aaaa", "none")), ("2.sql", revision("bbbb", "none"))];
        let two = two.each_ref().map(|(name, text)| (*name, text.as_str()));
        let error = read(&two, Heads::One).unwrap_err();
        assert!(error.contains("2 heads") && error.contains("migrations/2.sql: `bbbb` m"), "{error}");
        assert!(error.contains("whimbrel merge aaaa bbbb"), "{error}");
        assert_eq!(read(&two, Heads::Several).unwrap().len(), 2);
    }
}
