use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use whimbrel_schema::Engine;

use super::{Question, home};

/// One file under `cases/models/`, or a folder there whose package `app` has its models in `app.models`.
#[derive(Debug, Clone)]
pub struct ModelCase {
    pub name: String,
    /// Where Python looks for modules: what whimbrel calls the project.
    pub project: PathBuf,
    pub module: String,
    /// What a project would name as `models.paths`.
    pub path: PathBuf,
    pub engines: Vec<Engine>,
    /// The oldest PostgreSQL that knows what the case uses.
    pub since: u32,
    /// What has to be in the database beforehand.
    pub before: BTreeMap<Engine, Vec<String>>,
}

impl ModelCase {
    pub fn read_all() -> Result<Vec<ModelCase>> {
        let folder = home().join("cases/models");
        let mut paths: Vec<PathBuf> =
            fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
        let case = |path: &PathBuf| path.is_dir() || path.extension().is_some_and(|it| it == "py");
        paths.retain(|path| case(path) && path.file_name().is_some_and(|name| name != "__pycache__"));
        paths.sort();
        let cases: Vec<ModelCase> = paths.into_iter().map(ModelCase::read).collect::<Result<_>>()?;
        ensure!(cases.len() >= 60, "there are only {} model cases", cases.len());
        Ok(cases)
    }

    fn read(path: PathBuf) -> Result<ModelCase> {
        let name = path.file_stem().context("a case without a name")?.to_string_lossy().into_owned();
        let (project, module, path, head) = if path.is_dir() {
            let module = [path.join("app/models.py"), path.join("app/models/__init__.py")];
            let head = module.iter().find(|path| path.is_file()).with_context(|| format!("{name}: no app.models"))?;
            let head = head.clone();
            let models = if path.join("app/models").is_dir() { path.join("app/models") } else { head.clone() };
            (path, "app.models".to_owned(), models, head)
        } else {
            let project = path.parent().context("a case without a folder")?.to_path_buf();
            (project, name.clone(), path.clone(), path)
        };
        let text = fs::read_to_string(&head)?;
        let mut case = ModelCase {
            name,
            project,
            module,
            path,
            engines: vec![Engine::Sqlite, Engine::Postgres],
            since: 0,
            before: BTreeMap::new(),
        };
        for line in text.lines().take_while(|line| line.starts_with('#')) {
            let words = line.trim_start_matches('#').trim();
            if let Some(list) = words.strip_prefix("engines:") {
                case.engines = list.split(',').map(|word| word.trim().parse()).collect::<Result<_, _>>()?;
            } else if let Some(major) = words.strip_prefix("postgres:") {
                case.since = major.trim().parse()?;
            } else if let Some((engine, sql)) = words.strip_prefix("before (").and_then(|rest| rest.split_once("):")) {
                case.before.entry(engine.parse()?).or_default().push(sql.trim().to_owned());
            }
        }
        Ok(case)
    }

    pub fn question(&self, targets: BTreeMap<Engine, String>) -> Question {
        Question {
            name: self.name.clone(),
            path: vec![self.project.clone()],
            modules: vec![self.module.clone()],
            targets,
            before: self.before.clone(),
            ..Question::default()
        }
    }
}
