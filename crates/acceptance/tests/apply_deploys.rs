//! Deploys on the ledger, and the gate in front of contracts, on every engine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use whimbrel_acceptance::project::{Project, on_each_engine};
use whimbrel_plan::history::{Target, TargetRange};
use whimbrel_run::apply::{self, Code, ContractGate, Dropped, Options, Place, WaitsFor, Whose, upgrade_script};
use whimbrel_run::ledger::{self, DeployRow};
use whimbrel_run::{Actor, Deploy};

/// Code that names what it is told to, and remembers what it was asked.
#[derive(Debug, Default)]
struct Told {
    names: Vec<(String, String)>,
    /// Commits from before the newest revision.
    older: Vec<&'static str>,
    asked: Mutex<Vec<String>>,
}

impl Code for Told {
    fn places(&self, whose: Whose<'_>, dropped: &[Dropped]) -> Result<Vec<Place>, String> {
        let whose = match whose {
            Whose::Commit(commit) => commit.to_string(),
            Whose::WorkingTree => "here".to_string(),
        };
        let objects: Vec<String> = dropped.iter().map(Dropped::to_string).collect();
        self.asked.lock().unwrap().push(format!("{whose}: {}", objects.join(", ")));
        let named = self.names.iter().filter(|(who, object)| *who == whose && objects.contains(object));
        let place = |(_, object): &(String, String)| Place {
            object: object.clone(),
            file: "a.py".into(),
            line: 1,
            text: "x".into(),
            blocks: true,
        };
        Ok(named.map(place).collect())
    }

    fn has(&self, commit: &str, file: &Path) -> Result<bool, String> {
        assert!(file.exists(), "{}", file.display());
        Ok(!self.older.contains(&commit))
    }
}

fn actor(label: &str, commit: Option<&str>) -> Actor {
    let deploy = Deploy { label: label.into(), commit: commit.map(str::to_string) };
    Actor { who: "test@here".into(), pid: 1, version: "0.0.0".into(), deploy: Some(deploy) }
}

fn options(project: &Project, label: &str, code: &Arc<Told>) -> Options {
    let gate = ContractGate { soak: Duration::ZERO, code: Arc::clone(code) as Arc<dyn Code>, now: None };
    let commit = format!("commit-of-{label}");
    Options { actor: actor(label, Some(&commit)), contracts: Some(gate), ..project.options() }
}

fn phase(project: &Project, id: &str, phase: &str) -> Result<()> {
    let path = project.migrations().join(format!("{id}.sql"));
    let text = fs::read_to_string(&path)?;
    fs::write(&path, text.replace("\n\n-- upgrade", &format!("\n-- phase:    {phase}\n\n-- upgrade")))?;
    Ok(())
}

/// A table in use, then a chain that takes `b` away.
fn story(project: &Project, code: &Arc<Told>) -> Result<()> {
    project.revision("a1", "none", "CREATE TABLE t (a integer, b text);", "DROP TABLE t;")?;
    project.upgrade_with("head", &options(project, "v1", code))??;
    project.revision("b2", "a1", "ALTER TABLE t ADD COLUMN c text;", "ALTER TABLE t DROP COLUMN c;")?;
    project.revision("c3", "b2", "UPDATE t SET c = b;", "-- nothing to do")?;
    project.revision("d4", "c3", "ALTER TABLE t DROP COLUMN b;", "ALTER TABLE t ADD COLUMN b text;")?;
    phase(project, "b2", "expand")?;
    phase(project, "c3", "backfill")?;
    phase(project, "d4", "contract")
}

fn deploys(project: &Project) -> Result<Vec<DeployRow>> {
    Ok(ledger::deploys(&mut *project.connect()?)?)
}

#[test]
fn a_contract_waits_for_a_later_deploy_and_for_the_code_that_runs() -> Result<()> {
    on_each_engine(|project| {
        let code = Arc::new(Told { names: vec![("commit-of-v2".into(), "t.b".into())], ..Told::default() });
        story(&project, &code)?;
        let report = project.upgrade_with("head", &options(&project, "v2", &code))??;
        assert_eq!(project.applied()?, ["a1", "b2", "c3"]);
        assert!(matches!(report.waiting[0].reasons[..], [WaitsFor::NextDeploy { .. }]), "{:?}", report.waiting);
        assert!(code.asked.lock().unwrap().is_empty(), "who waits for a deploy anyway is asked nothing");
        let ahead = apply::waiting(
            &mut *project.connect()?,
            &project.history()?,
            &Target::Heads,
            &options(&project, "v2", &code),
        )?;
        assert_eq!(ahead, report.waiting, "looking ahead says the same");

        let report = project.upgrade_with("head", &options(&project, "v3", &code))??;
        let [WaitsFor::Code { deploy: Some(deploy), places }] = &report.waiting[0].reasons[..] else {
            panic!("{:?}", report.waiting)
        };
        assert_eq!((deploy.as_str(), places.len()), ("v2", 1));
        assert_eq!(*code.asked.lock().unwrap(), ["commit-of-v2: t.b", "here: t.b"]);

        let report = project.upgrade_with("head", &options(&project, "v4", &code))??;
        assert!(report.waiting.is_empty() && report.done.len() == 1);
        let came: Vec<String> = deploys(&project)?.into_iter().map(|row| row.label).collect();
        assert_eq!(came, ["v1", "v2", "v3", "v4"], "also those that applied nothing");
        assert!(deploys(&project)?[0].from_base);
        Ok(())
    })
}

#[test]
fn a_question_of_a_contract_waits_with_it() -> Result<()> {
    on_each_engine(|project| {
        let code = Arc::new(Told::default());
        story(&project, &code)?;
        let asks = "-- question: was `b` renamed to `c`?\nALTER TABLE t DROP COLUMN b;";
        project.revision("d4", "c3", asks, "ALTER TABLE t ADD COLUMN b text;")?;
        phase(&project, "d4", "contract")?;
        let report = project.upgrade_with("head", &options(&project, "v2", &code))??;
        assert_eq!(project.applied()?, ["a1", "b2", "c3"], "what asks nothing runs");
        let reasons = &report.waiting[0].reasons[..];
        let [WaitsFor::NextDeploy { .. }, WaitsFor::Answer { questions, .. }] = reasons else { panic!("{reasons:?}") };
        assert_eq!(questions, &["was `b` renamed to `c`?"]);
        let report = project.upgrade_with("head", &options(&project, "v3", &code))??;
        assert!(matches!(report.waiting[0].reasons[..], [WaitsFor::Answer { .. }]), "{:?}", report.waiting);
        // A reason to go ahead is no answer.
        let mut now = options(&project, "v3", &code);
        now.contracts.as_mut().unwrap().now = Some("in a hurry".to_string());
        assert_eq!(project.upgrade_with("head", &now)??.waiting.len(), 1);
        project.revision("d4", "c3", "ALTER TABLE t DROP COLUMN b;", "ALTER TABLE t ADD COLUMN b text;")?;
        phase(&project, "d4", "contract")?;
        assert_eq!(project.upgrade_with("head", &options(&project, "v3", &code))??.done.len(), 1);
        Ok(())
    })
}

#[test]
fn a_backfill_that_was_only_stamped_is_not_proved() -> Result<()> {
    on_each_engine(|project| {
        let code = Arc::new(Told::default());
        story(&project, &code)?;
        project.upgrade_with("b2", &options(&project, "v2", &code))??;
        let stamp = options(&project, "v2", &code);
        apply::stamp(&mut *project.connect()?, &project.history()?, &"c3".parse()?, false, &stamp, &mut |_| {})?;
        let report = project.upgrade_with("head", &options(&project, "v3", &code))??;
        assert!(matches!(report.waiting[0].reasons[..], [WaitsFor::Backfill { .. }]), "{:?}", report.waiting);
        Ok(())
    })
}

#[test]
fn a_table_that_is_made_again_is_not_gone() -> Result<()> {
    on_each_engine(|project| {
        let code = Arc::new(Told::default());
        project.revision("a1", "none", "CREATE TABLE t (a integer, b text);", "DROP TABLE t;")?;
        project.upgrade_with("head", &options(&project, "v1", &code))??;
        let rebuild = "CREATE TABLE t_new (a integer);\nINSERT INTO t_new SELECT a FROM t;\nDROP TABLE t;\n\
                       ALTER TABLE t_new RENAME TO t;";
        project.revision("b2", "a1", rebuild, "ALTER TABLE t ADD COLUMN b text;")?;
        project.upgrade_with("head", &options(&project, "v2", &code))??;
        assert_eq!(*code.asked.lock().unwrap(), ["commit-of-v1: t.b", "here: t.b"]);
        Ok(())
    })
}

#[test]
fn a_ledger_of_the_first_format_is_upgraded_in_place() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a1", "none", "CREATE TABLE t (a integer, b text);", "DROP TABLE t;")?;
        project.upgrade("head")??;
        project.sql("DROP TABLE whimbrel_ledger_deploy")?;
        project.sql("UPDATE whimbrel_ledger_format SET version = 1")?;
        assert!(deploys(&project)?.is_empty());
        assert_eq!(ledger::read(&mut *project.connect()?)?.format, Some(1));
        project.revision("b2", "a1", "ALTER TABLE t ADD COLUMN c text;", "ALTER TABLE t DROP COLUMN c;")?;
        let options = Options { actor: actor("v2", None), ..project.options() };
        project.upgrade_with("head", &options)??;
        assert_eq!(ledger::read(&mut *project.connect()?)?.format, Some(ledger::FORMAT));
        assert_eq!(deploys(&project)?.len(), 1);
        Ok(())
    })
}

#[test]
fn a_script_writes_its_deploy_also_on_an_older_ledger() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a1", "none", "CREATE TABLE t (a integer, b text);", "DROP TABLE t;")?;
        project.revision("b2", "a1", "ALTER TABLE t ADD COLUMN c text;", "ALTER TABLE t DROP COLUMN c;")?;
        let range = |text: &str| TargetRange::read(text, Target::Head).unwrap().unwrap();
        let mut driver = project.connect()?;
        let history = project.history()?;
        let first = upgrade_script(&history, &range(":a1"), driver.dialect(), &actor("v1", Some("c1")))?;
        driver.execute_script(&first)?;
        driver.execute("DROP TABLE whimbrel_ledger_deploy")?;
        driver.execute("UPDATE whimbrel_ledger_format SET version = 1")?;
        let second = upgrade_script(&history, &range("a1:"), driver.dialect(), &actor("v2", Some("c2")))?;
        driver.execute_script(&second)?;
        let came = deploys(&project)?;
        assert_eq!((came[0].label.as_str(), came[0].commit.as_deref(), came[0].from_base), ("v2", Some("c2"), false));
        assert_eq!(ledger::read(&mut *project.connect()?)?.format, Some(ledger::FORMAT));
        assert!(!project.upgrade("head")??.changed());
        Ok(())
    })
}

#[test]
fn a_contract_that_ends_nothing_waits_until_code_that_knows_it_runs() -> Result<()> {
    on_each_engine(|project| {
        let code = Arc::new(Told { older: vec!["commit-of-v1"], ..Told::default() });
        let up = |column| format!("CREATE TABLE t (a integer, b text{column});");
        project.revision("a1", "none", &up(" DEFAULT 'x'"), "DROP TABLE t;")?;
        project.upgrade_with("head", &options(&project, "v1", &code))??;
        // A default goes: code that leaves the column out never names it.
        let rebuilt = format!("DROP TABLE t;\n{}", up(""));
        project.revision("b2", "a1", &rebuilt, "-- nothing to do")?;
        phase(&project, "b2", "contract")?;
        let report = project.upgrade_with("head", &options(&project, "v2", &code))??;
        let [WaitsFor::CodeFromBefore { deploy }] = &report.waiting[0].reasons[..] else {
            panic!("{:?}", report.waiting)
        };
        assert_eq!(deploy, "v1");
        assert_eq!(project.applied()?, ["a1"]);
        // The same rollout again is no later one.
        assert_eq!(project.upgrade_with("head", &options(&project, "v2", &code))??.waiting, report.waiting);
        let report = project.upgrade_with("head", &options(&project, "v3", &code))??;
        assert_eq!((report.waiting.len(), project.applied()?.len()), (0, 2));
        Ok(())
    })
}
