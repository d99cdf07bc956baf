use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use whimbrel_schema::{ObjectName, Schema};

use super::absent;
use super::births::{self, Births};
use super::{
    Circumstances, Config, Facts, Finding, Judged, Passed, Prediction, Reviewed, Script, ScriptStatement, Seen,
    Session, Severity, estimate,
};
use crate::fold::{FoldError, Folding};
use crate::revision::Allow;
use crate::rules::{self, Found, Rule};
use crate::{Dialect, Step, Understanding};

/// Takes scripts in the order in which they run, and judges those that are to be judged.
#[derive(Clone)]
pub struct Reviewer<'a> {
    dialect: &'a dyn Dialect,
    config: &'a Config,
    schema: Folding,
    /// Whether the schema is all that there is.
    complete: bool,
    /// Whether what the schema has is there.
    certain: bool,
    births: Births,
    /// What is known of the database, where files have renamed some of it.
    renamed: Option<Facts>,
    /// `None` for a rule that is off: it is asked all the same, so that no other rule speaks for it.
    rules: Vec<(&'static Rule, Option<Severity>)>,
}

impl<'a> Reviewer<'a> {
    /// `before` is the database as it is before the first script: empty, or read from a live one.
    pub fn new(before: Schema, dialect: &'a dyn Dialect, config: &'a Config) -> Self {
        let engine = dialect.engine();
        let rules = rules::all().filter(|rule| rule.engines.contains(&engine));
        let rules = rules.map(|rule| (rule, config.severity(rule))).collect();
        let schema = Folding::new(before);
        let complete = config.from_empty;
        Reviewer { dialect, config, schema, complete, certain: true, births: Births::default(), renamed: None, rules }
    }

    /// The schema as the scripts so far have made it.
    pub fn schema(&self) -> &Schema {
        self.schema.schema()
    }

    fn facts(&self) -> &Facts {
        self.renamed.as_ref().unwrap_or(&self.config.facts)
    }

    /// Reads the next script; what is to be said of it, if it is to be judged.
    pub fn take(&mut self, script: &Arc<Script>, understood: &[Understanding]) -> Option<Reviewed> {
        self.begin(script);
        let mut session = Session::new(self.config.session.clone()).guarding(self.config.guarded.clone());
        let mut file: Vec<Passed<'_>> = Vec::new();
        // Where the open transaction begins within `file`, and its number.
        let mut opened = (0, None);
        let mut statements = Vec::new();
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for (statement, understanding) in script.statements.iter().zip(understood) {
            let understanding = self.met(script.sql(statement), understanding);
            if statement.transaction != opened.1 || (statement.transaction.is_none() && !session.has_begun()) {
                if !session.has_begun() {
                    session.end_transaction();
                }
                opened = (file.len(), statement.transaction);
            }
            let sql = script.sql(statement);
            let at = Circumstances {
                before: self.schema.schema(),
                complete: self.complete,
                certain: self.certain,
                facts: self.facts(),
                session: &session,
                in_transaction: statement.transaction.is_some() || session.has_begun(),
            };
            let prediction = Arc::new(self.dialect.predict(sql, understanding, &at));
            let mut said = Vec::new();
            if script.judged {
                let seen = Seen {
                    script,
                    statement,
                    sql,
                    understanding,
                    prediction: &prediction,
                    at,
                    dialect: self.dialect,
                    transaction: file.get(opened.0..).unwrap_or_default(),
                    file: &file,
                    born: &self.births,
                };
                let judged = self.judge(&seen, &mut used);
                let found = judged.findings.iter().chain(judged.accepted.iter().map(|(finding, _)| finding));
                said = found.map(|finding| finding.rule).collect();
                statements.push(judged);
            }
            let is_new = |name: &ObjectName| self.births.is_new(name, self.schema.schema());
            let steps = understanding.steps();
            let mut touches = prediction.touches.iter();
            let only_new = touches.all(|touch| !births::is_in_use(touch, steps, &prediction, is_new));
            set(&mut session, sql, steps, &prediction, self.dialect);
            self.go_on(sql, understanding);
            file.push(Passed { span: statement.span.clone(), steps, prediction, only_new, said });
        }
        self.end(script);
        script.judged.then(|| {
            let mut reviewed = Reviewed { script: script.clone(), statements, findings: Vec::new() };
            self.look_again(&mut reviewed);
            reviewed.findings = self.directives(script, &used);
            reviewed
        })
    }

    fn judge(&self, seen: &Seen<'_>, used: &mut BTreeSet<usize>) -> Judged {
        let mut found: Vec<Finding> = Vec::new();
        let mut accepted = Vec::new();
        let mut told = Vec::new();
        for (rule, severity) in &self.rules {
            let mut asked = Found::new(rule, severity.unwrap_or(rule.severity), *seen, &told);
            (rule.check)(seen, &mut asked);
            let findings = asked.findings;
            told.extend(findings.iter().map(|finding| (finding.rule, finding.step)));
            if severity.is_none() {
                continue;
            }
            for mut finding in findings {
                if rule.scales && finding.severity == Severity::Care && is_quick(seen, finding.step) {
                    finding.severity = Severity::Advice;
                }
                if let Some((allow, at)) = allow_for(seen.script, seen.statement, finding.rule) {
                    used.insert(at);
                    accepted.push((finding, allow.reason.clone().unwrap_or_default()));
                    continue;
                }
                if let Some(rewrite) = &rule.fix {
                    rewrite.offer(seen, &mut finding);
                }
                found.push(finding);
            }
        }
        let mut judged = Judged {
            span: seen.statement.span.clone(),
            prediction: seen.prediction.clone(),
            verdict: super::Verdict::Safe,
            findings: found,
            accepted,
        };
        judged.settle();
        judged
    }

    /// Reads the next script for what it leads to alone: what comes after it can then be judged without waiting for
    /// what is said of it.
    pub fn pass(&mut self, script: &Script, understood: &[Understanding]) {
        self.begin(script);
        for (statement, understanding) in script.statements.iter().zip(understood) {
            let sql = script.sql(statement);
            self.go_on(sql, self.met(sql, understanding));
        }
        self.end(script);
    }

    fn begin(&mut self, script: &Script) {
        if !(self.config.together && script.judged) {
            self.births.clear();
        }
    }

    fn end(&mut self, script: &Script) {
        // What was there before is used by others, whatever is deployed together.
        if !script.judged {
            self.births.clear();
        }
    }

    /// The statement as it is here: nothing, where it alters what is not there if it is.
    fn met<'u>(&self, sql: &str, understanding: &'u Understanding) -> &'u Understanding {
        static NOTHING: Understanding = Understanding::Known { steps: Vec::new(), transactional: true };
        let known = matches!(understanding, Understanding::Known { .. });
        if self.complete && known && absent::alters_nothing(sql, self.schema.schema()) {
            &NOTHING
        } else {
            understanding
        }
    }

    /// Takes the statement's steps. What cannot be followed leaves the schema as it is, and no longer certain.
    fn go_on(&mut self, sql: &str, understanding: &Understanding) {
        let Understanding::Known { steps, .. } = understanding else {
            match self.dialect.makes(sql) {
                // One relation is new, with columns that nobody knows; all else is as it was.
                Some(made) => self.births.take_unread(made, self.schema.schema(), self.complete),
                None => self.certain = false,
            }
            self.complete = false;
            return;
        };
        for step in steps {
            self.births.take(step, self.schema.schema());
            if let Step::RenameTable { from, to } = step
                && self.facts().table(from).is_some()
            {
                let facts = self.renamed.get_or_insert_with(|| self.config.facts.clone());
                facts.rename(from, to);
            }
            if let Err(error) = self.schema.apply(step, self.dialect) {
                // What is missing in files that begin in the middle says nothing about what is there.
                self.certain &= !self.complete && matches!(error, FoldError::Missing { .. });
                self.complete = false;
            }
        }
    }

    /// Drops the findings that a later statement of the file has put right.
    fn look_again(&self, reviewed: &mut Reviewed) {
        let schema = self.schema.schema();
        for statement in &mut reviewed.statements {
            let stands = |finding: &Finding| {
                let rule = rules::find(finding.rule);
                match (rule.and_then(|rule| rule.stands), &finding.about) {
                    (Some(stands), Some(about)) => stands(schema, about),
                    (_, _) => true,
                }
            };
            statement.findings.retain(stands);
            statement.settle();
        }
    }

    /// What is to be said about the lines of the file that are meant for Whimbrel.
    fn directives(&self, script: &Script, used: &BTreeSet<usize>) -> Vec<Finding> {
        let slips = script.slips.iter().map(|(span, why)| ("misread-directive", span, why.clone()));
        let of_statements = script.statements.iter().flat_map(|statement| &statement.allows);
        let allows = of_statements.chain(&script.allows).filter_map(|(allow, span)| match rules::find(&allow.rule) {
            None => Some(("unknown-rule", span, format!("there is no rule `{}`", allow.rule))),
            Some(_) if allow.reason.is_none() => {
                Some(("allow-without-reason", span, format!("`{}` is allowed without a reason", allow.rule)))
            }
            Some(_) if !used.contains(&span.start) => {
                Some(("unused-allow", span, format!("`{}` is allowed, and nothing here needs it", allow.rule)))
            }
            Some(_) => None,
        });
        slips.chain(allows).filter_map(|(id, span, message)| self.about_directive(id, span, message)).collect()
    }

    fn about_directive(&self, id: &str, span: &Range<usize>, message: String) -> Option<Finding> {
        let (rule, severity) = self.rules.iter().find(|(rule, _)| rule.id == id)?;
        Some(Finding {
            rule: rule.id,
            severity: (*severity)?,
            span: span.clone(),
            step: None,
            message,
            label: String::new(),
            here: None,
            safe_way: rule.safe_way.to_string(),
            about: None,
            fix: None,
        })
    }
}

/// What the statement says about the session. A setting that is ignored where it stands is not set.
fn set(session: &mut Session, sql: &str, steps: &[Step], prediction: &Prediction, dialect: &dyn Dialect) {
    let says_local = || sql.split_whitespace().nth(1).is_some_and(|word| word.eq_ignore_ascii_case("local"));
    for (at, step) in steps.iter().enumerate() {
        if matches!(step, Step::SetSession { .. }) && !prediction.does_nothing(at) {
            session.take(step, dialect.local_settings_end() && says_local());
        }
    }
}

impl Judged {
    fn settle(&mut self) {
        let all = self.findings.iter().chain(self.accepted.iter().map(|(finding, _)| finding));
        self.verdict = all.map(|finding| finding.severity.into()).max().unwrap_or(super::Verdict::Safe);
    }
}

/// Whether all that it works on is known, and so small that nobody notices.
fn is_quick(seen: &Seen<'_>, step: Option<usize>) -> bool {
    let touches = seen.all_touches().filter(|touch| step.is_none_or(|step| touch.step == step));
    let mut times = touches.filter(|touch| !touch.work.is_empty()).map(|touch| {
        let table = touch.relation().and_then(|name| seen.facts().table(name))?;
        Some(estimate::of(touch, table))
    });
    let quick = |time: Option<Duration>| time.is_some_and(|time| time < NOTICEABLE);
    times.next().is_some_and(quick) && times.all(quick)
}

const NOTICEABLE: Duration = Duration::from_millis(200);

/// The `allow` that accepts a rule's findings here, and the byte at which it is said.
fn allow_for<'s>(script: &'s Script, statement: &'s ScriptStatement, rule: &str) -> Option<(&'s Allow, usize)> {
    let mut all = statement.allows.iter().chain(&script.allows);
    // Without a reason nothing is accepted.
    let (allow, span) = all.find(|(allow, _)| allow.rule == rule && allow.reason.is_some())?;
    Some((allow, span.start))
}
