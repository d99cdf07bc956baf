//! The cases of the rules, cut into sections: `review/ENGINE/RULE.sql`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use whimbrel_schema::Engine;

/// One case with the text of each of its sections.
#[derive(Debug)]
pub struct Sections {
    /// `RULE.sql, `NAME``.
    pub place: String,
    /// By name: `known` is what stands before the first.
    texts: BTreeMap<&'static str, String>,
}

impl Sections {
    pub fn get(&self, name: &str) -> &str {
        self.texts.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Every case of that engine, by file.
    pub fn read_all(engine: Engine) -> Result<Vec<Sections>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("review").join(engine.word());
        let mut files: Vec<_> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
        files.sort();
        let mut all = Vec::new();
        for path in files {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(path)?;
            all.extend(text.split("-- case: ").skip(1).map(|case| Sections::cut(&file, case)));
        }
        Ok(all)
    }

    fn cut(file: &str, case: &str) -> Sections {
        let mut lines = case.lines();
        let place = format!("{file}, `{}`", lines.next().unwrap_or_default());
        let mut texts: BTreeMap<&'static str, String> = BTreeMap::new();
        let mut section = "known";
        for line in lines {
            match line {
                "-- setup" => section = "setup",
                "-- judge" => section = "judge",
                "-- fixed" => section = "fixed",
                _ => {
                    let text = texts.entry(section).or_default();
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        Sections { place, texts }
    }
}
