//! The words of the command line, and nothing about what they mean: meaning is made in [`settings`](crate::settings).
//!
//! Wherever Alembic has a word for something, it is the word here.

mod backup;
mod protected;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use whimbrel_frontends::scripts::Layout;
use whimbrel_plan::review::Severity;
use whimbrel_schema::Engine;

pub use self::backup::{
    Backup, BackupCommand, BackupCreate, BackupList, BackupPrune, BackupRestore, BackupScope, BackupVerify,
};
use self::protected::reason;
pub use self::protected::{Doors, Meant, MeantForGood, Proving};
use crate::environment;
use crate::lint::report::Format;
use crate::settings::guard::{self, Length};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default().dimmed());

const EXIT_STATUS: &str = "\
Exit status:
  0  fine
  1  findings or differences
  2  the command or the configuration is wrong
  3  a gate refused
  4  failed, and nothing was changed
  5  failed part-way, and the message says the one command that resumes";

/// `--allow-drop` without a table.
pub const EVERY_TABLE: &str = "*";

/// Safe database migrations: models in, reviewed revisions out, applied under guard.
#[derive(Debug, Parser)]
#[command(name = "whimbrel", version, styles = STYLES, after_help = EXIT_STATUS)]
#[command(max_term_width = 100, subcommand_required = true, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The whimbrel.toml to use, instead of the nearest one upwards [env: WHIMBREL_CONFIG]
    #[arg(short, long, global = true, value_name = "FILE", env = environment::CONFIG, hide_env = true)]
    pub config: Option<PathBuf>,
    /// The environment of whimbrel.toml to work on [env: WHIMBREL_ENV]
    #[arg(long, global = true, value_name = "NAME", env = environment::ENVIRONMENT, hide_env = true)]
    pub env: Option<String>,
    /// The database to work on, whatever the configuration says
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// Colours: `auto` (on a terminal, unless NO_COLOR is set), `always` or `never`
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub color: Color,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

impl Global {
    /// The options that a next command has to repeat to be about the same project and database.
    pub fn again(&self) -> String {
        let config = self.config.as_ref().map(|file| format!(" --config {}", file.display()));
        let environment = self.env.as_ref().map(|name| format!(" --env {name}"));
        // A URL may hold a password, and screens are kept.
        let url = self.url.as_ref().map(|_| " --url …".to_string());
        config.into_iter().chain(environment).chain(url).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(Init),
    Revision(Box<Revision>),
    Upgrade(Upgrade),
    Downgrade(Downgrade),
    Backfill(Backfill),
    Current(Current),
    Status(Status),
    History(History),
    Heads(Heads),
    Branches(Branches),
    Show(Show),
    Merge(Merge),
    Stamp(Stamp),
    Repair(Repair),
    Kept(Kept),
    Backup(Backup),
    Guard(Guard),
    Edit(Edit),
    Check(Check),
    Lint(Lint),
    Plan(Plan),
    Rehearse(Rehearse),
    Refs(Refs),
    Explain(Explain),
    Schema(Schema),
    Tour(Tour),
    Completions(Completions),
    Man(Man),
}

/// Write a commented whimbrel.toml and the migrations folder
///
/// Finds the models, an alembic.ini and a DATABASE_URL (also in .env) by itself, and says what it found. Nothing that
/// exists is overwritten.
#[derive(Debug, Args)]
pub struct Init {
    /// A file or package with models; may be given several times
    #[arg(long, value_name = "PATH")]
    pub models: Vec<PathBuf>,
    /// The folder for revisions
    #[arg(long, value_name = "PATH")]
    pub folder: Option<PathBuf>,
}

/// The engines that this whimbrel has, so that a shell can offer them.
fn engine() -> impl TypedValueParser<Value = Engine> {
    let known =
        [PossibleValue::new("sqlite").alias("sqlite3"), PossibleValue::new("postgres").aliases(["postgresql", "pg"])];
    PossibleValuesParser::new(known).try_map(|word| word.parse::<Engine>())
}

/// Write a new revision, empty or from the models
///
/// With --autogenerate, the models are compared with the schema at the head of the history; no database is needed.
#[derive(Debug, Args)]
pub struct Revision {
    /// What the revision does, in a few words
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Fill it with what the models have and the history has not
    #[arg(long)]
    pub autogenerate: bool,
    /// A column or table that was renamed, as `email.subject:title` or `mail:email`; may be repeated
    #[arg(long, value_name = "FROM:TO", requires = "autogenerate")]
    pub rename: Vec<String>,
    /// Drop tables that the models do not have: the one named, or every one of them
    #[arg(long, value_name = "TABLE", num_args = 0..=1, default_missing_value = EVERY_TABLE, requires = "autogenerate")]
    pub allow_drop: Vec<String>,
    /// The value for rows that exist, as `email.flag=false`; may be repeated
    #[arg(long, value_name = "COLUMN=SQL", requires = "autogenerate")]
    pub backfill: Vec<String>,
    /// How a value becomes the new type, as `email.size=size::integer`; may be repeated
    #[arg(long, value_name = "COLUMN=SQL", requires = "autogenerate")]
    pub using: Vec<String>,
    /// One revision whatever the risk, for when the code is stopped meanwhile
    ///
    /// Otherwise a change that old code and new code cannot both live with becomes a chain: expand, backfill, contract.
    #[arg(long, requires = "autogenerate")]
    pub plain: bool,
    /// The engine to write for; may be repeated (default: `engines` of whimbrel.toml)
    #[arg(long, value_name = "ENGINE", value_parser = engine())]
    pub engine: Vec<Engine>,
    /// The revision to come after, instead of the head
    #[arg(long, value_name = "REV")]
    pub head: Vec<String>,
    /// Allow a revision that is no head to be come after
    #[arg(long)]
    pub splice: bool,
    /// A name for the branch that begins here; may be repeated
    #[arg(long, value_name = "NAME")]
    pub branch_label: Vec<String>,
    /// A revision that must have been applied before; may be repeated
    #[arg(long, value_name = "REV")]
    pub depends_on: Vec<String>,
    /// The id to give it, instead of one made up; may be repeated, for the revisions of a chain
    #[arg(long, value_name = "ID")]
    pub rev_id: Vec<String>,
}

/// Apply revisions up to a target
///
/// TARGET is an id or the beginning of one, `head`, `heads`, `+1`, or a branch label; with --sql also `from:to`.
#[derive(Debug, Args)]
pub struct Upgrade {
    #[arg(value_name = "TARGET", default_value = "head")]
    pub target: String,
    /// Run contracts now, whatever they wait for; the reason goes on the ledger
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub contract_now: Option<String>,
    #[command(flatten)]
    pub running: Running,
    /// Do not keep what the revisions destroy: it is gone for good; the reason goes on the ledger
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub keep_nothing: Option<String>,
    #[command(flatten)]
    pub proving: Proving,
    #[command(flatten)]
    pub doors: Doors,
}

/// Undo revisions down to a target
///
/// TARGET is an id or the beginning of one, `base`, or `-1`; with --sql `from:to`.
#[derive(Debug, Args)]
pub struct Downgrade {
    #[arg(value_name = "TARGET", allow_hyphen_values = true)]
    pub target: String,
    #[command(flatten)]
    pub running: Running,
    /// Do not give back what was kept of the values that the upgrade destroyed; the reason goes on the ledger
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub leave_kept: Option<String>,
    #[command(flatten)]
    pub meant: MeantForGood,
}

/// How revisions are run, up or down.
#[derive(Debug, Args)]
pub struct Running {
    /// Print the SQL instead of running it; no database is needed
    #[arg(long)]
    pub sql: bool,
    /// The deploy that this belongs to (default: the commit checked out) [env: WHIMBREL_DEPLOY]
    #[arg(long, value_name = "LABEL", env = environment::DEPLOY, hide_env = true)]
    pub deploy: Option<String>,
    /// How long to wait for another run to end, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub wait: u64,
    /// How long one try of a statement waits for a lock behind which others would queue (default: 50ms)
    #[arg(long, value_name = "TIME", value_parser = guard::limit)]
    pub lock_timeout: Option<Length>,
    /// How long to go on trying when others are in the way (default: 5min)
    #[arg(long, value_name = "TIME")]
    pub lock_patience: Option<Length>,
    /// How long a statement may keep others out while it works, `0` for any time (default: 30min)
    #[arg(long, value_name = "TIME")]
    pub statement_timeout: Option<Length>,
    /// The role as which everything is done, of which the one that connects is a member (PostgreSQL)
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// Go on although the database is not what its history says; the reason goes on the ledger
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub accept_drift: Option<String>,
    /// A query that makes the batches of a backfill wait for as long as its one value is true
    #[arg(long, value_name = "QUERY")]
    pub pause_when: Option<String>,
    /// How many connections run the batches of a backfill side by side (default: 1; SQLite has 1)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    pub jobs: Option<u64>,
    /// What became of the statement at which an earlier run stopped, where nobody can see it
    #[arg(long, value_enum, value_name = "STATE", hide_possible_values = true)]
    #[arg(help = "What became of the statement at which an earlier run stopped: `done`, or not: run it `again`")]
    pub resume: Option<ResumeChoice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResumeChoice {
    Again,
    Done,
}

/// Pause the batches of a backfill, let them go on, or show how far they are
///
/// A statement under `-- backfill` runs in batches during `upgrade`. `pause` and `resume` are heard between two of them,
/// from wherever they are said; a pause outlives the run.
#[derive(Debug, Args)]
pub struct Backfill {
    #[arg(value_enum, value_name = "ACTION", default_value_t = BackfillAction::Status)]
    pub action: BackfillAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BackfillAction {
    /// How far each backfill is, and how those that ended were proved
    Status,
    /// After the batch that runs
    Pause,
    Resume,
}

/// Show which revisions the database stands at
#[derive(Debug, Args)]
pub struct Current {}

/// Show where every environment stands, what is running, and what waits for what
#[derive(Debug, Args)]
pub struct Status {}

/// List the places in the code that name a table or a column
///
/// Reads Python by its grammar, SQL also within code, and templates and other languages by their words. A place is
/// `certain`, `likely`, or `possible`: the bare word, which may be something else. `whimbrel: not email.subject` in a
/// comment on the line, or the line before, says that it is. The migrations are left out, and what git ignores.
#[derive(Debug, Args)]
pub struct Refs {
    /// `email.subject`, or `email`; may be several
    #[arg(value_name = "TABLE[.COLUMN]", required = true)]
    pub names: Vec<String>,
    /// Search the code of a commit instead of what is here
    #[arg(long, value_name = "REF")]
    pub commit: Option<String>,
    /// List what is only possible too, all of it
    #[arg(long)]
    pub all: bool,
}

/// Draw the history, newest first
#[derive(Debug, Args)]
pub struct History {
    /// Only a part of it, as `from:to`; either side may be left out
    #[arg(short, long, value_name = "FROM:TO", allow_hyphen_values = true)]
    pub rev_range: Option<String>,
    /// Do not ask the database which revisions it has
    #[arg(long)]
    pub offline: bool,
}

/// Show the revisions that nothing comes after
#[derive(Debug, Args)]
pub struct Heads {}

/// Show the revisions that several come after
#[derive(Debug, Args)]
pub struct Branches {}

/// Show one revision: its file, its place in the history, its statements
#[derive(Debug, Args)]
pub struct Show {
    #[arg(value_name = "REV", allow_hyphen_values = true)]
    pub revision: String,
}

/// Write a revision that brings several heads together
#[derive(Debug, Args)]
pub struct Merge {
    /// The revisions to bring together (default: all heads)
    #[arg(value_name = "REV")]
    pub revisions: Vec<String>,
    /// What the revision does, in a few words
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// A name for the branch that begins here; may be repeated
    #[arg(long, value_name = "NAME")]
    pub branch_label: Vec<String>,
    /// The id to give it, instead of one made up
    #[arg(long, value_name = "ID")]
    pub rev_id: Option<String>,
}

/// Write on the ledger that the database stands at a revision, without running anything
#[derive(Debug, Args)]
pub struct Stamp {
    /// `head`, `heads`, `base`, an id or the beginning of one
    #[arg(value_name = "REV", allow_hyphen_values = true)]
    pub revision: String,
    /// Take everything else off: nothing but REV and what is before it counts as applied
    #[arg(long)]
    pub purge: bool,
    /// The deploy that this belongs to, for the ledger [env: WHIMBREL_DEPLOY]
    #[arg(long, value_name = "LABEL", env = environment::DEPLOY, hide_env = true)]
    pub deploy: Option<String>,
    #[command(flatten)]
    pub meant: Meant,
}

/// Explain what was left half-way and what is not as it should be, and put it right once it is agreed
///
/// Looks at what a run that stopped has left, at rows in which old and new columns are not in step, at indexes that never
/// became valid, at contracts that others have overtaken, and at a run that has the lock and does nothing. Changes
/// nothing without `--mend`, and exits with 1 when it finds something. What a run has left the next `upgrade` finds by
/// itself.
#[derive(Debug, Args)]
pub struct Repair {
    /// Put this right, as `repair` has proposed it: a column that is to be written from the other side, an index, or `lock`
    #[arg(long, value_name = "WHAT")]
    pub mend: Option<String>,
    #[command(flatten)]
    pub meant: MeantForGood,
}

/// Show what revisions destroyed and what is kept of it, or let go of it
///
/// A revision that drops a table or a column, turns values into others or deletes rows keeps them first, in the same
/// transaction; its downgrade gives them back. `keep.days` in whimbrel.toml says for how long.
#[derive(Debug, Args)]
pub struct Kept {
    #[command(flatten)]
    pub meant: MeantForGood,
    #[command(subcommand)]
    pub command: Option<KeptCommand>,
}

#[derive(Debug, Subcommand)]
pub enum KeptCommand {
    /// Show what is kept: of which revision, how much, until when
    List,
    /// Look whether each copy is what was kept, by its number of rows and its hash; exits with 1 when one is not
    Check,
    /// Put the values into a table beside the others, and undo nothing
    ///
    /// The table is called `whimbrel_restored_NUMBER`, with the columns as they were called. What is kept stays kept.
    Restore(KeptRestore),
    /// Let go of what has been kept for as long as it was to be, as the next upgrade would
    Prune,
    /// Let go of it before its time: the values are gone then
    Drop(KeptDrop),
}

#[derive(Debug, Args)]
pub struct KeptRestore {
    /// The number that `whimbrel kept` shows
    #[arg(value_name = "NUMBER")]
    pub number: i64,
}

#[derive(Debug, Args)]
pub struct KeptDrop {
    /// The numbers that `whimbrel kept` shows
    #[arg(value_name = "NUMBER", required_unless_present = "all", conflicts_with = "all")]
    pub numbers: Vec<i64>,
    /// Everything that is kept
    #[arg(long)]
    pub all: bool,
}

/// Have the database itself refuse changes of its schema that do not come through whimbrel (PostgreSQL)
///
/// Event triggers refuse DDL of every other session; temporary tables, GRANT and REVOKE are everybody's own. There is one
/// door: after `SET whimbrel.emergency = 'reason'` a session may, and what it does is written down.
#[derive(Debug, Args)]
pub struct Guard {
    #[command(flatten)]
    pub meant: Meant,
    #[command(subcommand)]
    pub command: Option<GuardCommand>,
}

#[derive(Debug, Subcommand)]
pub enum GuardCommand {
    /// Show whether it is there and whole, and what came through the door; exits with 1 when it is not whole
    Status,
    /// Put it there, or put it there anew; only a superuser can
    Install(GuardInstall),
    /// Take it away, with what it wrote down
    Remove,
}

#[derive(Debug, Args)]
pub struct GuardInstall {
    /// Let this role change the schema as it likes; may be given several times
    #[arg(long, value_name = "ROLE")]
    pub allow_role: Vec<String>,
}

/// Open a revision in your editor ($VISUAL, $EDITOR)
#[derive(Debug, Args)]
pub struct Edit {
    #[arg(value_name = "REV", default_value = "head", allow_hyphen_values = true)]
    pub revision: String,
}

/// Compare models, history and database, and name every difference
///
/// Exits with 1 when there is one. Without a database only models and history are compared, and it says so.
#[derive(Debug, Args)]
pub struct Check {
    /// Compare models and history only, even if there is a database
    #[arg(long)]
    pub offline: bool,
}

/// Judge every statement of migrations: what it locks, reads, rewrites and breaks, and the safe way
///
/// Reads revisions, any folder of SQL that another tool runs (Flyway, dbmate, goose, sqlx, refinery, Diesel,
/// golang-migrate, Prisma, Atlas), plain files, and standard input (`-`). Needs no configuration and no database.
#[derive(Debug, Clone, Args)]
pub struct Lint {
    /// Files or folders, or `-` for standard input (default: the migrations folder)
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The engine that the SQL is for (default: what whimbrel.toml or the database's URL says)
    #[arg(long, visible_alias = "dialect", value_name = "ENGINE", value_parser = judged_engine())]
    pub engine: Option<Engine>,
    /// Judge only what the branch adds or changes against REF, as `origin/main`; the rest is read for the state
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// How the files are kept, where that cannot be seen from them
    #[arg(long, value_name = "LAYOUT", value_parser = layout())]
    pub layout: Option<Layout>,
    /// Rewrite what has a safe form that is certain: shows the difference and writes it, with the files that follow
    #[arg(long)]
    pub fix: bool,
    /// With --fix: only show
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// How to tell what was found; `json` is what --json prints
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text, conflicts_with = "json")]
    pub format: Format,
    /// The severity from which on the exit status is 1: advice, care, breaking, destroys-data or unknown
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    #[arg(hide_possible_values = true)]
    pub fail_on: Option<Severity>,
    /// Another severity for a rule, or none: `index-blocks-writes=breaking`, `column-order=off`; may be repeated
    #[arg(long, value_name = "RULE=SEVERITY")]
    pub rule: Vec<String>,
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::word)).try_map(|word| word.parse::<Severity>())
}

fn layout() -> impl TypedValueParser<Value = Layout> {
    PossibleValuesParser::new(Layout::ALL.map(Layout::word)).try_map(|word| word.parse::<Layout>())
}

/// The engines whose SQL can be judged.
fn judged_engine() -> impl TypedValueParser<Value = Engine> {
    let known = [
        PossibleValue::new("postgres").aliases(["postgresql", "pg"]),
        PossibleValue::new("sqlite").alias("sqlite3"),
        PossibleValue::new("mysql").alias("mariadb"),
    ];
    PossibleValuesParser::new(known).try_map(|word| word.parse::<Engine>())
}

/// Show what `upgrade` would do, statement by statement: verdicts, locks, work, time
///
/// With a database, its ledger says what is pending, and its sizes and settings sharpen the verdicts. Without, every
/// revision is shown, and the worst is assumed.
#[derive(Debug, Args)]
pub struct Plan {
    /// Where `upgrade` would go: an id or the beginning of one, `head`, `heads`, `+1`, or a branch label
    #[arg(value_name = "TARGET", default_value = "heads")]
    pub target: String,
    /// Do not ask the database: show every revision
    #[arg(long)]
    pub offline: bool,
}

/// Run the pending revisions on a copy, and measure what they do
///
/// The copy is made here and gone afterwards; the database itself is only read. Each statement is measured, rows are
/// compared, the revisions are undone and run again, and that run is killed once. The receipt that comes of it is bound to
/// the revisions, the schema and the server.
#[derive(Debug, Args)]
pub struct Rehearse {
    /// Where `upgrade` would go: an id or the beginning of one, `head`, `heads`, `+1`, or a branch label
    #[arg(value_name = "TARGET", default_value = "heads")]
    pub target: String,
    /// A copy that somebody else made, to be changed: never the database itself
    #[arg(long, value_name = "URL")]
    pub on: Option<String>,
    /// On the tables alone, made by the revisions that are applied, where the rows must not leave their place
    #[arg(long, conflicts_with = "on")]
    pub schema_only: bool,
    /// The backup to restore as the copy: an id or its beginning, `latest`, `new` to make one, `none` to copy without one
    ///
    /// By default the newest that stands for the database as it is now and is no older than a day; where there is none, one
    /// is made. What comes out of it is compared with it table by table, and that proves it.
    #[arg(long, value_name = "BACKUP", conflicts_with_all = ["on", "schema_only"])]
    pub backup: Option<String>,
    /// The file with the age identity that opens it, instead of that in whimbrel.toml
    #[arg(long, value_name = "FILE", conflicts_with_all = ["on", "schema_only"])]
    pub identity: Option<PathBuf>,
    /// Put the copy on a PostgreSQL of its own, started from the programs on this machine and gone afterwards
    ///
    /// It has the major version of the database's server, and its own settings; nobody else reaches it.
    #[arg(long, conflicts_with_all = ["on", "schema_only"])]
    pub scratch_server: bool,
    /// A folder of `.sql` files: queries of the code that runs now, asked in every state in between
    #[arg(long, value_name = "FOLDER")]
    pub queries: Option<PathBuf>,
    /// The same, of the code that comes after the revisions
    #[arg(long, value_name = "FOLDER")]
    pub new_queries: Option<PathBuf>,
    /// Also the queries that the database has counted (`pg_stat_statements`)
    #[arg(long)]
    pub observed: bool,
    /// Also the SQL that the code here holds as text, as new code; and that of the last deploy's commit, as old
    #[arg(long)]
    pub code: bool,
    /// The commit that runs now, instead of the last deploy's
    #[arg(long, value_name = "REF", requires = "code")]
    pub old_code: Option<String>,
    /// Do not ask queries while the revisions run: nobody is seen waiting then
    #[arg(long)]
    pub without_load: bool,
    /// Do not undo the revisions and run them again
    #[arg(long)]
    pub without_undo: bool,
    /// Do not kill the second run
    #[arg(long)]
    pub without_kill: bool,
    /// Rehearse although the database is not what its history says; the reason stands on the receipt
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub accept_drift: Option<String>,
    /// Which moment the second run is killed at: one number, one moment (default: by the plan)
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Write it as Markdown too, for a pull request
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write the rehearsal as one HTML page for a reviewer, which needs nothing from elsewhere
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

impl Rehearse {
    /// Everything that a rehearsal does when nothing else is said.
    pub fn usual(target: &str) -> Rehearse {
        Rehearse {
            target: target.to_string(),
            on: None,
            schema_only: false,
            backup: None,
            identity: None,
            scratch_server: false,
            queries: None,
            new_queries: None,
            observed: false,
            code: false,
            old_code: None,
            without_load: false,
            without_undo: false,
            without_kill: false,
            accept_drift: None,
            seed: None,
            markdown: None,
            html: None,
        }
    }
}

/// Explain a rule of `lint`: what it finds, why, and the safe way
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule's name (default: a list of all rules)
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

/// Print the schema as read from models, history or database
#[derive(Debug, Args)]
pub struct Schema {
    /// Where to read it
    #[arg(long, value_enum, value_name = "SOURCE", default_value_t = SchemaSource::Models)]
    pub from: SchemaSource,
    /// The engine in whose terms it is read (default: the first of `engines`)
    #[arg(long, value_name = "ENGINE", value_parser = engine())]
    pub engine: Option<Engine>,
    /// With --from history: the revision after which it is read
    #[arg(long, value_name = "REV", default_value = "heads")]
    pub at: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaSource {
    Models,
    History,
    Database,
}

/// Play the whole story on SQLite in a temporary folder, really running each command
#[derive(Debug, Args)]
pub struct Tour {
    /// Keep the folder, to play on in it
    #[arg(long)]
    pub keep: bool,
}

/// Print the completion script for a shell
#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// Print the man page, or write one for each command into a folder
#[derive(Debug, Args)]
pub struct Man {
    /// The folder to write them into
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn relative_targets_are_not_taken_for_options() {
        let downgrade = Arguments::try_parse_from(["whimbrel", "downgrade", "-1"]).map(|arguments| arguments.command);
        assert!(matches!(downgrade, Ok(Command::Downgrade(Downgrade { target, .. })) if target == "-1"));
        let upgrade = Arguments::try_parse_from(["whimbrel", "upgrade", "+1"]).map(|arguments| arguments.command);
        assert!(matches!(upgrade, Ok(Command::Upgrade(Upgrade { target, .. })) if target == "+1"));
    }
}
