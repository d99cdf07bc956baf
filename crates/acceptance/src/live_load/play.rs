use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::TempDir;
use whimbrel_frontends::revision::read_folder;
use whimbrel_plan::revision::Phase;
use whimbrel_schema::Pair;

use super::application::{Application, OWN, Scene};
use super::code::{Fields, Verb};
use super::rows::{Clock, Row, Rows, Stage};
use super::story::Story;
use super::told::{Told, Which};
use crate::database::Database;
use crate::laws::ensure_same;
use crate::place::Place;

/// How much goes on.
#[derive(Debug, Clone)]
pub struct Load {
    pub program: PathBuf,
    /// That are there from before, in each story.
    pub rows: u64,
    /// How long applications run between the steps.
    pub dwell: Duration,
    /// So many applications of each code.
    pub applications: u64,
    pub seed: u64,
}

/// Some stories on one database, through one evolution.
pub struct Play<'l> {
    load: &'l Load,
    folder: TempDir,
    database: Database,
    scene: Arc<Scene>,
    old: Vec<Application>,
    new: Vec<Application>,
}

const FIRST: &str = "000000000000";

impl<'l> Play<'l> {
    /// The folder of a project whose first revision is applied, and rows from before.
    pub fn prepare(load: &'l Load, place: Place, stories: &[Story]) -> Result<Play<'l>> {
        let ground = place.ground();
        let database = match place.journal() {
            Some(journal) => ground.sqlite(journal)?,
            None => ground.database()?,
        };
        let folder = tempfile::Builder::new().prefix("whimbrel-live-").tempdir()?;
        fs::create_dir(folder.path().join("migrations"))?;
        let from: Vec<&str> = stories.iter().map(|story| story.from.as_str()).collect();
        let text = format!(
            "-- revision: {FIRST}\n-- parents:  none\n-- message:  first\n\n-- upgrade\n{}\n\n-- downgrade\n-- nothing to do\n",
            from.join("\n")
        );
        fs::write(folder.path().join(format!("migrations/{FIRST}.sql")), text)?;
        let scene = Scene {
            url: database.url.clone(),
            stories: stories.to_vec(),
            rows: stories.iter().map(|_| Rows::new()).collect(),
            clock: Clock::new(),
        };
        let scene = Arc::new(scene);
        let mut play = Play { load, folder, database, scene, old: Vec::new(), new: Vec::new() };
        play.git(&["init", "-q", "-b", "main"])?;
        play.commit("before")?;
        play.whimbrel(&["upgrade", FIRST, "--deploy", "before"])?;
        play.fill()?;
        let to: Vec<&str> = stories.iter().map(|story| story.to.as_str()).collect();
        fs::write(play.folder.path().join("schema.sql"), to.join("\n"))?;
        Ok(play)
    }

    /// Rows as old code writes them.
    fn fill(&mut self) -> Result<()> {
        for (story, rows) in self.scene.stories.iter().zip(&self.scene.rows) {
            let insert = story.insert().with_context(|| story.name.clone())?;
            let mut script = "BEGIN;\n".to_owned();
            for id in 1..=self.load.rows {
                script.push_str(&insert.sql(id, id));
                script.push_str(";\n");
                let fields = insert.leaves(id, id, &Fields::new());
                rows.shard(id).insert(id, Row { fields, since: Stage::Before });
            }
            script.push_str("COMMIT;");
            self.database.driver.execute_script(&script).with_context(|| story.name.clone())?;
        }
        Ok(())
    }

    /// Two deploys, under load; what the applications did meanwhile.
    pub fn run(mut self) -> Result<Told> {
        let outcome = self.deploy_twice();
        let mut told = Told::default();
        let mut ended = Vec::new();
        for application in std::mem::take(&mut self.old).into_iter().chain(std::mem::take(&mut self.new)) {
            match application.stop() {
                Ok(more) => told.add(more),
                Err(error) => ended.push(error),
            }
        }
        // What an application met is nearer to the cause than what came of it.
        if let Some(error) = ended.into_iter().next() {
            return Err(error.context(format!("seed {}", self.load.seed)));
        }
        told.add(outcome.with_context(|| format!("seed {}", self.load.seed))?);
        self.compare(&mut told)?;
        Ok(told)
    }

    fn deploy_twice(&mut self) -> Result<Told> {
        let clock = |play: &Play<'_>, stage| play.scene.clock.set(stage);
        self.old = self.start(Which::Old, 1);
        self.rest()?;
        let links = self.write_evolution()?;
        let last = |wanted: &[Option<Phase>]| links.iter().rfind(|(_, phase)| wanted.contains(phase));
        self.commit("one")?;
        clock(self, Stage::Expanding);
        if let Some((id, _)) = last(&[None, Some(Phase::Expand)]) {
            self.whimbrel(&["upgrade", id, "--deploy", "one"])?;
        }
        clock(self, Stage::Expanded);
        self.new = self.start(Which::New, 1 + self.load.applications);
        self.rest()?;
        clock(self, Stage::Filling);
        let said = self.whimbrel(&["upgrade", "head", "--deploy", "one"])?;
        clock(self, Stage::Filled);
        let contracts = last(&[Some(Phase::Contract)]).is_some();
        ensure!(!contracts || said.contains("waits: for the next deploy"), "the contract did not wait:\n{said}");
        self.rest()?;
        let mut told = Told::default();
        for application in std::mem::take(&mut self.old) {
            told.add(application.stop()?);
        }
        self.commit("two")?;
        clock(self, Stage::Contracting);
        self.whimbrel(&["upgrade", "head", "--deploy", "two"])?;
        clock(self, Stage::Contracted);
        self.rest()?;
        for application in std::mem::take(&mut self.new) {
            told.add(application.stop()?);
        }
        Ok(told)
    }

    fn start(&self, which: Which, first: u64) -> Vec<Application> {
        let numbers = first..first + self.load.applications;
        numbers.map(|number| Application::start(&self.scene, which, number, self.load.seed)).collect()
    }

    /// Lets the applications run for a while; one that has failed ends it all.
    fn rest(&self) -> Result<()> {
        let until = Instant::now() + self.load.dwell;
        while Instant::now() < until {
            let ended = self.old.iter().chain(&self.new).any(Application::has_ended);
            ensure!(!ended, "an application has ended");
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// As a person does; the ids that came of it, with their phases.
    fn write_evolution(&self) -> Result<Vec<(String, Option<Phase>)>> {
        let mut words = vec!["revision", "--autogenerate", "-m", "evolution"];
        words.extend(self.scene.stories.iter().flat_map(|story| &story.choices).map(String::as_str));
        let said = self.whimbrel(&words)?;
        let migrations = self.folder.path().join("migrations");
        let history = read_folder(&migrations).map_err(|problems| anyhow!("{problems:?}"))?;
        let links: Vec<(String, Option<Phase>)> = (history.revisions().iter())
            .filter(|revision| revision.id.to_string() != FIRST)
            .map(|revision| (revision.id.to_string(), revision.phase))
            .collect();
        let mut wanted: Vec<Phase> = self.scene.stories.iter().flat_map(|story| story.phases.clone()).collect();
        wanted.sort_by_key(|phase| Phase::ALL.iter().position(|it| it == phase));
        wanted.dedup();
        let phases: Vec<Phase> = links.iter().filter_map(|(_, phase)| *phase).collect();
        ensure!(phases == wanted, "a chain of {wanted:?} was to come, and not of {phases:?}: {said}");
        Ok(links)
    }

    /// The schema is the one that was asked for, and each row is what the model says.
    fn compare(&mut self, told: &mut Told) -> Result<()> {
        let ground = self.database.ground;
        let mut there = ground.database()?;
        for story in &self.scene.stories {
            there.driver.execute_script(&story.to)?;
        }
        let (driver, wanted) = (self.database.driver.as_mut(), there.driver.introspect()?);
        ensure_same("contracted → wanted", Pair::new(&driver.introspect()?, &wanted), driver)?;
        for (story, rows) in self.scene.stories.iter().zip(&self.scene.rows) {
            let rows = rows.all();
            for select in story.new.iter().filter(|statement| statement.verb == Verb::Select) {
                let sql = select.of_all();
                let found = driver.query(&sql, &[]).with_context(|| sql.clone())?;
                ensure!(found.len() == rows.len(), "{sql}: {} rows, and not {}", found.len(), rows.len());
                for row in found {
                    let [Some(id), value] = row.as_slice() else { return Err(anyhow!("{sql}: {row:?}")) };
                    let id: u64 = id.parse()?;
                    let known = rows.get(&id).with_context(|| format!("{sql}: nobody wrote row {id}"))?;
                    let wanted = select.reads(id, &known.fields);
                    let value = value.clone().unwrap_or_else(|| "NULL".to_owned());
                    ensure!(Some(&value) == wanted.as_ref(), "{sql}: row {id} is {value:?}, and not {known:?}");
                }
            }
            told.compared(&story.name, rows.len());
        }
        Ok(())
    }

    fn whimbrel(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.load.program);
        command.args(words).env("DATABASE_URL", &self.database.url).env("USER", "ada");
        for name in ["WHIMBREL_CONFIG", "WHIMBREL_ENV", "WHIMBREL_DEPLOY", "WHIMBREL_COMMIT"] {
            command.env_remove(name);
        }
        let (said, succeeded) = said(&mut command, self.folder.path())?;
        ensure!(succeeded, "whimbrel {}: {said}", words.join(" "));
        Ok(said)
    }

    fn commit(&self, message: &str) -> Result<()> {
        self.git(&["add", "."])?;
        self.git(&["commit", "-q", "--allow-empty", "-m", message])
    }

    fn git(&self, words: &[&str]) -> Result<()> {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]);
        command.args(words).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let (said, succeeded) = said(&mut command, self.folder.path())?;
        ensure!(succeeded, "git {}: {said}", words.join(" "));
        Ok(())
    }
}

/// Values of rows from before must not be those of an application.
const _: () = assert!(OWN > 100_000);

fn said(command: &mut Command, folder: &Path) -> Result<(String, bool)> {
    let output = command.current_dir(folder).stdin(Stdio::null()).output()?;
    let text = [output.stdout, output.stderr].concat();
    Ok((String::from_utf8_lossy(&text).into_owned(), output.status.success()))
}
