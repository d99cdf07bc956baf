//! Arguments and `[lint]` of whimbrel.toml, turned into how the review goes about it. Arguments are stronger.

use whimbrel_frontends::scripts::Layout;
use whimbrel_plan::review::{Config, Severity};
use whimbrel_plan::rules;

use super::explained::Listed;
use crate::args;
use crate::failure::Failure;
use crate::settings::file;

const IN_FILE: &str = "`[lint]` in whimbrel.toml";

pub fn layout(arguments: &args::Lint, lint: &file::Lint) -> Result<Option<Layout>, Failure> {
    match (arguments.layout, &lint.layout) {
        (Some(layout), _) => Ok(Some(layout)),
        (None, Some(word)) => {
            let layout = word.parse::<Layout>();
            layout.map(Some).map_err(|error| Failure::usage("layout", error.to_string()).note("named by", IN_FILE))
        }
        (None, None) => Ok(None),
    }
}

pub fn fail_on(arguments: &args::Lint, lint: &file::Lint) -> Result<Severity, Failure> {
    match (arguments.fail_on, &lint.fail_on) {
        (Some(severity), _) => Ok(severity),
        (None, Some(word)) => word.parse().map_err(|message: String| {
            Failure::usage("severity", message).note("named by", format!("`fail_on` under {IN_FILE}"))
        }),
        (None, None) => Ok(Severity::Care),
    }
}

/// What whimbrel.toml says.
pub fn of_file(lint: &file::Lint) -> Result<Config, Failure> {
    let mut config = Config::default();
    for (rule, severity) in &lint.rules {
        set(&mut config, rule, severity, &format!("`rules` under {IN_FILE}"))?;
    }
    config.session = lint.session.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    Ok(config)
}

pub fn config(arguments: &args::Lint, lint: &file::Lint) -> Result<Config, Failure> {
    let mut config = of_file(lint)?;
    for pair in &arguments.rule {
        let (rule, severity) = pair.split_once('=').ok_or_else(|| {
            Failure::usage("rule", format!("`{pair}` is not written `RULE=SEVERITY`")).note("named by", "--rule")
        })?;
        set(&mut config, rule, severity, "--rule")?;
    }
    Ok(config)
}

fn set(config: &mut Config, rule: &str, severity: &str, named_by: &str) -> Result<(), Failure> {
    let rule = rules::find(rule).ok_or_else(|| {
        let failure = Failure::usage("unknown-rule", format!("there is no rule `{rule}`")).note("named by", named_by);
        match Listed::nearest(rule) {
            Some(near) => failure.note("help", format!("did you mean `{near}`?")),
            None => failure.next("whimbrel explain"),
        }
    })?;
    let severity = match severity {
        "off" => None,
        word => Some(word.parse::<Severity>().map_err(|message| {
            Failure::usage("severity", message.replace("unknown)", "unknown, or `off`)")).note("named by", named_by)
        })?),
    };
    config.rules.insert(rule.id.to_string(), severity);
    Ok(())
}
