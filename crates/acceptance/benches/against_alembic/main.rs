//! Whimbrel and Alembic at the same tasks, on the same databases, in the same run. `cargo xtask bench` runs it.

mod measure;
mod project;
mod report;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use measure::{Cost, Task};
use project::{Project, chain_statement};
use report::{Line, Wanted};
use whimbrel_acceptance::server::{Options, Server};
use whimbrel_acceptance::truth;

fn main() -> Result<()> {
    // `cargo bench` and `cargo test --all-targets` pass flags of their own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if !arguments.iter().any(|argument| argument == "--run") {
        return Ok(());
    }
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let sizes = value("--tables").unwrap_or_else(|| "10,100,1000".to_owned());
    let sizes = sizes.split(',').filter(|size| !size.is_empty());
    let sizes: Vec<usize> = sizes.map(str::parse).collect::<Result<_, _>>()?;
    let chain: usize = value("--chain").map_or(Ok(500), |text| text.parse())?;
    let most: usize = value("--linear-to").map_or(Ok(10_000), |text| text.parse())?;
    let bench = Bench::new()?;
    let mut lines = Vec::new();
    for engine in ["sqlite", "postgres"] {
        let mut largest = None;
        for size in &sizes {
            let costs = bench.autogenerate(engine, *size, Beside::Alembic, &mut lines)?;
            largest = Some((*size, costs));
        }
        if let Some((size, costs)) = largest.filter(|_| most > 0) {
            bench.autogenerate(engine, most, Beside::Itself { tables: size, costs }, &mut lines)?;
        }
        if chain > 0 {
            bench.chain(engine, chain, &mut lines)?;
        }
    }
    let table = report::table(&lines);
    println!("{table}");
    if arguments.iter().any(|argument| argument == "--write") {
        bench.write(&table)?;
    }
    let missed = lines.iter().filter(|line| line.verdict() == Some(false)).count();
    ensure!(missed == 0, "{missed} of what was wanted was missed");
    Ok(())
}

/// What a measurement is held against.
enum Beside {
    Alembic,
    /// The same command on fewer tables.
    Itself {
        tables: usize,
        costs: [Cost; 2],
    },
}

/// Ten times the tables take ten times the time, and a little more where a processor's caches end.
const LINEAR: f64 = 1.5;

struct Bench {
    whimbrel: PathBuf,
    alembic: PathBuf,
    /// As durable as a server that holds real data.
    server: Server,
}

impl Bench {
    fn new() -> Result<Self> {
        let whimbrel = std::env::var_os("WHIMBREL_BIN").map(PathBuf::from).context("WHIMBREL_BIN names no binary")?;
        let python = truth::interpreter("python")?.context("no Python environment: cargo xtask python")?;
        let alembic = python.with_file_name("alembic");
        ensure!(whimbrel.is_file() && alembic.is_file(), "whimbrel or alembic is missing");
        let server = Server::start_with(None, &Options { durable: true, ..Options::default() })?;
        Ok(Bench { whimbrel, alembic, server })
    }

    /// A project with two databases, one for each tool, and nothing in them.
    fn project(&self, folder: &Path, engine: &str, tables: usize) -> Result<Project> {
        let project = Project::with_models(folder, tables)?;
        let (ours, theirs) = match engine {
            "sqlite" => {
                let url = |name: &str| format!("sqlite:///{}", folder.join(name).display());
                (url("whimbrel.db"), url("alembic.db"))
            }
            _ => {
                let theirs = self.server.fresh_database()?;
                (self.server.fresh_database()?, theirs.replace("postgresql://", "postgresql+psycopg://"))
            }
        };
        project.configure(engine, &ours, &theirs)?;
        Ok(project)
    }

    fn whimbrel<'a>(&'a self, project: &'a Project, arguments: &'a [&'a str], expected_status: i32) -> Task<'a> {
        Task {
            program: &self.whimbrel,
            arguments,
            folder: &project.folder,
            makes_files_in: Some(project.migrations()),
            expected_status,
            before: None,
        }
    }

    fn alembic<'a>(&'a self, project: &'a Project, arguments: &'a [&'a str]) -> Task<'a> {
        Task {
            program: &self.alembic,
            arguments,
            folder: &project.folder,
            makes_files_in: Some(project.versions()),
            expected_status: 0,
            before: None,
        }
    }

    /// (a) A column more, among so many tables; and a check that finds nothing.
    fn autogenerate(&self, engine: &str, tables: usize, beside: Beside, lines: &mut Vec<Line>) -> Result<[Cost; 2]> {
        let folder = tempfile::tempdir()?;
        let project = self.project(folder.path(), engine, tables)?;
        let keep = |task: Task<'_>| Task { makes_files_in: None, ..task }.done();
        keep(self.whimbrel(&project, &["revision", "--autogenerate", "-m", "first"], 0))?;
        keep(self.whimbrel(&project, &["upgrade", "head"], 0))?;
        if let Beside::Alembic = beside {
            keep(self.alembic(&project, &["revision", "--autogenerate", "-m", "first"]))?;
            keep(self.alembic(&project, &["upgrade", "head"]))?;
        }
        let archive = ["revision", "--autogenerate", "-m", "archive"];
        let mut measure = |what: &str, words: &[&str], at: usize| {
            let ours = self.whimbrel(&project, words, 0).cost(if tables > 1000 { 5 } else { 15 })?;
            let (theirs, wanted) = match &beside {
                Beside::Alembic => {
                    let theirs = self.alembic(&project, words).cost(if tables >= 1000 { 3 } else { 5 })?;
                    let wanted = if tables == 1000 { Wanted::FasterWithin(50.0, 60) } else { Wanted::Nothing };
                    (("alembic".to_owned(), theirs), wanted)
                }
                Beside::Itself { tables: fewer, costs } => {
                    let times = tables as f64 / *fewer as f64;
                    ((format!("itself, {fewer} tables"), costs[at]), Wanted::AtMost(LINEAR * times))
                }
            };
            push(lines, format!("{engine}: {what}, {tables} tables"), ours, Some(theirs), wanted);
            anyhow::Ok(ours)
        };
        let check = measure("check", &["check"], 0)?;
        project.write_models(true)?;
        Ok([check, measure("autogenerate", &archive, 1)?])
    }

    /// (b) and (c): a long history, from empty and at its head.
    fn chain(&self, engine: &str, length: usize, lines: &mut Vec<Line>) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let project = self.project(folder.path(), engine, 1)?;
        project.write_chain(length)?;

        let target = Shell::new(self, engine, folder.path(), length)?;
        let upgrade = ["upgrade", "head", "--url", &target.url];
        let empty = || target.empty();
        let ours = Task { before: Some(&empty), ..self.whimbrel(&project, &upgrade, 0) }.cost(4)?;
        let arguments: Vec<&str> = target.arguments.iter().map(String::as_str).collect();
        let plain = Task {
            program: &target.program,
            arguments: &arguments,
            folder: folder.path(),
            makes_files_in: None,
            expected_status: 0,
            before: Some(&empty),
        };
        let theirs = plain.cost(4)?;
        let name = if engine == "sqlite" { "sqlite3" } else { "psql" };
        let what = format!("{engine}: upgrade, {length} revisions from empty");
        push(lines, what, ours, Some((name.to_owned(), theirs)), Wanted::AtMost(1.3));

        let keep = |task: Task<'_>| Task { makes_files_in: None, ..task }.done();
        keep(self.whimbrel(&project, &["upgrade", "head"], 0))?;
        keep(self.alembic(&project, &["-x", "no-models", "upgrade", "head"]))?;
        for words in [&["current"][..], &["upgrade", "head"][..]] {
            let ours = self.whimbrel(&project, words, 0).cost(15)?;
            let what = format!("{engine}: {}, {length} revisions, at head", words.join(" "));
            // Every command of Alembic runs `env.py`, and that imports the models as its documentation has it.
            let spared: Vec<&str> = ["-x", "no-models"].iter().chain(words).copied().collect();
            let theirs = [("alembic", words, Wanted::Faster(50.0)), ("alembic, no models", &spared, Wanted::Nothing)];
            for (name, words, wanted) in theirs {
                let other = (name.to_owned(), self.alembic(&project, words).cost(5)?);
                push(lines, what.clone(), ours, Some(other), wanted);
            }
        }
        Ok(())
    }

    fn write(&self, table: &str) -> Result<()> {
        let path = truth::home().ancestors().nth(2).unwrap_or(truth::home()).join("docs/bench.md");
        fs::create_dir_all(path.parent().context("a file without a folder")?)?;
        let cores = std::thread::available_parallelism()?;
        let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
        let text = format!(
            "# Whimbrel beside Alembic\n\nWritten by `cargo xtask bench --write`: both tools in one run, on one machine \
             ({cores} cores,{}), PostgreSQL {} with fsync on. Medians; the peak is the largest resident set of one run. \
             Alembic's versions are those of `crates/acceptance/python/requirements.txt`. Where it says \
             `no models`, Alembic is spared the import of the models that its `env.py` makes in every command.\n\nEach table has 10 columns, two indexes, one unique column \
             and one foreign key; `autogenerate` finds one new column, `check` finds nothing.\n\n{table}",
            processor.trim_start_matches([':', ' ', '\t']),
            self.server.major
        );
        fs::write(&path, text)?;
        println!("wrote {}", path.display());
        Ok(())
    }
}

/// Told at once: the whole table takes a while.
fn push(lines: &mut Vec<Line>, what: String, whimbrel: Cost, other: Option<(String, Cost)>, wanted: Wanted) {
    let milliseconds = |cost: Cost| format!("{:.1} ms", cost.median.as_secs_f64() * 1000.0);
    let beside = other.as_ref().map(|(name, cost)| format!("; {name}: {}", milliseconds(*cost))).unwrap_or_default();
    println!("{what}: {}{beside}", milliseconds(whimbrel));
    lines.push(Line { what, whimbrel, other, wanted });
}

/// The engine's own shell, with the same SQL in the same transactions.
struct Shell {
    program: PathBuf,
    arguments: Vec<String>,
    url: String,
    file: Option<PathBuf>,
}

impl Shell {
    fn new(bench: &Bench, engine: &str, folder: &Path, length: usize) -> Result<Self> {
        let statements = (0..length).map(|number| format!("BEGIN;\n{};\nCOMMIT;\n", chain_statement(number)));
        let script = folder.join("chain.sql");
        fs::write(&script, statements.collect::<String>())?;
        if engine == "sqlite" {
            let file = folder.join("chain.db");
            let arguments = vec![file.display().to_string(), format!(".read {}", script.display())];
            let url = format!("sqlite:///{}", file.display());
            return Ok(Shell { program: find("sqlite3")?, arguments, url, file: Some(file) });
        }
        let url = bench.server.fresh_database()?;
        let script = script.display().to_string();
        let words = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", &script, &url];
        let arguments = words.map(str::to_owned).to_vec();
        Ok(Shell { program: find("psql")?, arguments, url, file: None })
    }

    fn empty(&self) -> Result<()> {
        if let Some(file) = &self.file {
            for suffix in ["", "-wal", "-shm", "-journal"] {
                let _ = fs::remove_file(format!("{}{suffix}", file.display()));
            }
            return Ok(());
        }
        let mut driver = whimbrel_acceptance::database::open(&self.url)?;
        driver.execute("DROP SCHEMA public CASCADE")?;
        driver.execute("CREATE SCHEMA public")?;
        Ok(())
    }
}

fn find(program: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    match found {
        Some(path) => Ok(path),
        None => bail!("`{program}` is not on the path (Debian: apt-get install sqlite3 postgresql-client)"),
    }
}
