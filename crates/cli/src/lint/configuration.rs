//! Arguments and `[lint]` of whimbrel.toml, turned into how the review goes about it. Arguments are stronger.

use std::str::FromStr;

use whimbrel_frontends::scripts::Layout;
use whimbrel_plan::review::{Config, Severity};
use whimbrel_plan::rules;

use super::explained::Listed;
use crate::args;
use crate::failure::Failure;
use crate::settings::file;

/// The name of a rule that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId(&'static str);

impl FromStr for RuleId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let next = || match Listed::nearest(text) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`whimbrel explain` lists them".to_string(),
        };
        let found = rules::find(text).map(|rule| RuleId(rule.id));
        found.ok_or_else(|| format!("there is no rule `{text}`: {}", next()))
    }
}

/// How bad what a rule finds is; `off` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(pub Option<Severity>);

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Level(None)),
            word => {
                let severity = word.parse().map(|severity| Level(Some(severity)));
                severity.map_err(|message: String| message.replace("unknown)", "unknown, or `off`)"))
            }
        }
    }
}

pub fn layout(arguments: &args::Lint, lint: &file::Lint) -> Option<Layout> {
    arguments.layout.or(lint.layout.map(|word| word.0))
}

pub fn fail_on(arguments: &args::Lint, lint: &file::Lint) -> Severity {
    arguments.fail_on.or(lint.fail_on.map(|word| word.0)).unwrap_or(Severity::Care)
}

/// What whimbrel.toml says.
pub fn of_file(lint: &file::Lint) -> Config {
    Config {
        rules: lint.rules.iter().map(|(rule, level)| (rule.0.0.to_string(), level.0.0)).collect(),
        session: lint.session.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
        ..Config::default()
    }
}

pub fn config(arguments: &args::Lint, lint: &file::Lint) -> Result<Config, Failure> {
    let mut config = of_file(lint);
    for pair in &arguments.rule {
        let wrong = |code, message: String| Failure::usage(code, message).note("named by", "--rule");
        let (rule, severity) =
            pair.split_once('=').ok_or_else(|| wrong("rule", format!("`{pair}` is not written `RULE=SEVERITY`")))?;
        let RuleId(rule) = rule.parse().map_err(|message| wrong("unknown-rule", message).next("whimbrel explain"))?;
        let Level(severity) = severity.parse().map_err(|message| wrong("severity", message))?;
        config.rules.insert(rule.to_string(), severity);
    }
    Ok(config)
}
