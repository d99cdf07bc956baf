use super::tree::{Is, Node};
use super::{Refusal, Steps, inert, rows, session};

/// The server's functions of these families change no schema.
const HARMLESS_FAMILIES: &[&str] = &["pg_", "json_", "jsonb_", "regexp_", "array_", "ts_", "has_"];

/// Neither do these, nor any of `pg_catalog`.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "abs", "age", "any_value", "avg", "bit_and",
    "bit_or", "bool_and", "bool_or", "btrim", "cardinality", "ceil", "ceiling", "char_length", "clock_timestamp",
    "coalesce", "col_description", "concat", "concat_ws", "count", "cume_dist", "current_database", "current_query",
    "current_schema", "current_schemas", "current_setting", "currval", "date_bin", "date_part", "date_trunc",
    "decode", "dense_rank", "div", "encode", "every", "exp", "first_value", "floor", "format", "format_type",
    "gen_random_uuid", "generate_series", "generate_subscripts", "greatest", "grouping", "initcap", "lag", "last_value", "lastval", "lead",
    "least", "left", "length", "ln", "log", "lower", "lpad", "ltrim", "make_date", "make_interval", "make_timestamp",
    "max", "md5", "min", "mod", "mode", "nextval", "now", "nth_value", "ntile", "nullif", "num_nonnulls",
    "num_nulls", "obj_description", "octet_length", "percent_rank", "percentile_cont", "percentile_disc", "power",
    "quote_ident", "quote_literal", "quote_nullable", "random", "rank", "repeat", "replace", "reverse", "right",
    "round", "row_number", "row_to_json", "rpad", "rtrim", "set_config", "setval", "sha256", "shobj_description",
    "sign", "split_part", "sqrt", "starts_with", "statement_timestamp", "stddev", "string_agg", "string_to_array",
    "strpos", "substr", "sum", "timeofday", "to_char", "to_date", "to_json", "to_jsonb", "to_number", "to_regclass",
    "to_regproc", "to_regtype", "to_timestamp", "to_tsquery", "to_tsvector", "transaction_timestamp", "translate",
    "trunc", "unnest", "upper", "variance", "version", "width_bucket",
];

/// A query changes nothing unless a function that it calls does.
pub(super) fn select(node: Node<'_>) -> Steps {
    let changes = rows::changes(node)?;
    if node.kind() == Is::EXPLAIN
        && node.find(Is::EXPLAIN_ANALYZE).is_none()
        && node.find(Is::OPTION_ITEM_LIST).is_none()
    {
        return Ok(inert(node));
    }
    if let Some(made) = node.descendants().find(|part| {
        matches!(part.kind(), Is::SELECT_INTO | Is::CREATE_TABLE_AS | Is::CREATE_MATERIALIZED_VIEW | Is::EXECUTE)
    }) {
        return Err(made.refuse("what it makes is not known"));
    }
    for call in node.descendants().filter(|part| part.kind() == Is::CALL_EXPR) {
        harmless(call)?;
    }
    Ok(if changes.is_empty() { inert(node) } else { changes })
}

fn harmless(call: Node<'_>) -> Result<(), Refusal> {
    let Some(function) = call.any(&[Is::NAME_REF, Is::FIELD_EXPR]) else { return Ok(()) };
    let mut path = function.path()?;
    let name = path.pop().unwrap_or_default();
    let known = match path.first().map(String::as_str) {
        Some(namespace) => namespace == "pg_catalog",
        None => {
            HARMLESS_FAMILIES.iter().any(|family| name.starts_with(family))
                || HARMLESS.binary_search(&name.as_str()).is_ok()
        }
    };
    if !known {
        return Err(function.refuse(format!("the function `{}` can do anything", function.text())));
    }
    if name == "set_config" {
        let mut arguments = call.find(Is::ARG_LIST).into_iter().flat_map(|list| list.all(Is::ARG));
        if let (Some(setting), Some(value)) = (arguments.next(), arguments.next())
            && setting.text_value().is_ok_and(|setting| setting.eq_ignore_ascii_case("search_path"))
        {
            session::search_path(&[value])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn functions_can_be_searched() {
        assert!(super::HARMLESS.is_sorted());
    }
}
