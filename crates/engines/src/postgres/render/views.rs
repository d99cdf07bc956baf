use std::collections::BTreeMap;

use whimbrel_schema::View;

use super::{list, name, not_exists, parameters};

pub(super) fn create(view: &View, replace: bool, if_not_exists: bool) -> String {
    let replace = if replace { "OR REPLACE " } else { "" };
    let kind = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
    let mut sql = format!("CREATE {replace}{kind} {}{}", not_exists(if_not_exists), name(&view.name));
    if !view.columns.is_empty() {
        sql.push_str(&format!(" ({})", list(&view.columns)));
    }
    let options: BTreeMap<_, _> = view.options.iter().filter(|(key, _)| *key != "check_option").collect();
    if !options.is_empty() {
        sql.push_str(&format!(" WITH ({})", parameters(options.into_iter())));
    }
    sql.push_str(&format!(" AS\n{}", view.query));
    match view.options.get("check_option").map(String::as_str) {
        Some("local") => sql.push_str("\nWITH LOCAL CHECK OPTION"),
        Some(_) => sql.push_str("\nWITH CASCADED CHECK OPTION"),
        None => {}
    }
    sql
}
