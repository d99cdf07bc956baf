//! What a change of a column's type costs, from the pair of types.
//!
//! The server converts a column without touching its rows where the new type reads the old bytes as they are, and where
//! the conversion that enforces a length is known to let every value through.

use whimbrel_schema::{ColumnType, Domain, Object, ObjectId, ObjectKind, ObjectName, Schema};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    /// The rows stay as they are.
    Free {
        /// The same operators compare old and new values: a plain index over the column can stay.
        same_operators: bool,
    },
    Rewrite,
}

pub(super) struct Types<'a> {
    pub(super) schema: &'a Schema,
    /// What the schema has is there, and what it has not is not.
    pub(super) whole: bool,
    /// The session's time zone is one that never differs from UTC.
    pub(super) utc: bool,
}

/// What a type that people made is, as far as the schema knows.
pub(super) enum Made<'a> {
    Domain(&'a Domain),
    /// An enum, a composite type, or a type of an extension: none of them has checks.
    Plain,
    Unknown,
}

/// Types of widespread extensions that are types of their own. (`earth` of earthdistance is a domain with checks.)
const OF_EXTENSIONS: &[&str] = &[
    "box2d",
    "box3d",
    "citext",
    "cube",
    "geography",
    "geometry",
    "halfvec",
    "hstore",
    "lquery",
    "ltree",
    "ltxtquery",
    "raster",
    "seg",
    "sparsevec",
    "vector",
];

/// Types that one another's operators compare, and that share their bytes.
const TEXTS: &[&str] = &["text", "character varying"];

/// Pairs of types whose bytes are the same, so that the cast is only a word. By the server's table of casts.
const SAME_BYTES: &[(&str, &str)] = &[
    ("text", "character varying"),
    ("character varying", "text"),
    ("text", "bpchar"),
    ("character varying", "bpchar"),
    ("cidr", "inet"),
    ("bit", "bit varying"),
    ("bit varying", "bit"),
    ("xml", "text"),
    ("xml", "character varying"),
    ("xml", "bpchar"),
    ("integer", "oid"),
    ("oid", "integer"),
    ("citext", "text"),
    ("citext", "character varying"),
    ("citext", "bpchar"),
    ("text", "citext"),
    ("character varying", "citext"),
];

impl<'a> Types<'a> {
    /// The type as what it is made of: a domain's base, all the way down. `None` where nobody knows, or where a check of
    /// the domain has to hold for every value.
    pub(super) fn base(&self, ty: &ColumnType, checks_matter: bool) -> Option<ColumnType> {
        let mut ty = ty.clone();
        // A domain over itself cannot be; a schema that says so is not followed for ever.
        for _ in 0..100 {
            if ty.dimensions > 0 {
                return Some(ty);
            }
            match self.made(&ty) {
                None | Some(Made::Plain) => return Some(ty),
                Some(Made::Unknown) => return None,
                Some(Made::Domain(domain)) => {
                    if checks_matter && (is_constrained(domain) || !self.whole) {
                        return None;
                    }
                    ty = domain.base.clone();
                }
            }
        }
        None
    }

    /// Whether a column of the type may have to be checked, NULL or not: of a domain with checks or NOT NULL.
    pub(super) fn may_be_constrained(&self, ty: &ColumnType) -> bool {
        self.base(ty, true).is_none()
    }

    /// `None` for what is built in.
    fn made(&self, ty: &ColumnType) -> Option<Made<'a>> {
        if ty.namespace.is_none() && (is_built_in(&ty.name) || OF_EXTENSIONS.contains(&ty.name.as_str())) {
            return None;
        }
        let name = ObjectName { namespace: ty.namespace.clone(), name: ty.name.clone() };
        if let Some(Object::Domain(domain)) = self.schema.object(&ObjectId::new(ObjectKind::Domain, name.clone())) {
            return Some(Made::Domain(domain));
        }
        if self.schema.object(&ObjectId::new(ObjectKind::Enum, name.clone())).is_some() {
            return Some(Made::Plain);
        }
        let composite = self.schema.objects.iter().any(|(id, object)| {
            id.name == name && matches!(object, Object::Opaque(opaque) if opaque.kind.ends_with("type"))
        });
        Some(if composite { Made::Plain } else { Made::Unknown })
    }

    fn is_enum(&self, ty: &ColumnType) -> bool {
        let name = ObjectName { namespace: ty.namespace.clone(), name: ty.name.clone() };
        self.schema.object(&ObjectId::new(ObjectKind::Enum, name)).is_some()
    }

    pub(super) fn conversion(&self, from: &ColumnType, to: &ColumnType) -> Conversion {
        if from == to {
            return Conversion::Free { same_operators: true };
        }
        // Out of a domain nothing has to hold; into one, its checks.
        let (Some(old), Some(new)) = (self.base(from, false), self.base(to, true)) else { return Conversion::Rewrite };
        if old == new {
            // Operators of any array, any enum or any range are bound to the very type.
            let bound = old.dimensions > 0 || self.is_enum(&old) || old.name.ends_with("range");
            return Conversion::Free { same_operators: !bound };
        }
        if old.dimensions > 0 || new.dimensions > 0 || old.namespace != new.namespace {
            return Conversion::Rewrite;
        }
        if old.name == new.name {
            return match keeps_all(&old, &new) {
                true => Conversion::Free { same_operators: true },
                false => Conversion::Rewrite,
            };
        }
        if is_interval(&old) && is_interval(&new) {
            // Fields are cut off from the smallest on: down to seconds, nothing is.
            let to_seconds = new.name == "interval" || new.name.ends_with("second");
            return match to_seconds && new.arguments.is_empty() {
                true => Conversion::Free { same_operators: true },
                false => Conversion::Rewrite,
            };
        }
        // A length is enforced value by value where the type itself changes.
        if !new.arguments.is_empty() && !is_full_precision(&new) {
            return Conversion::Rewrite;
        }
        let pair = (old.name.as_str(), new.name.as_str());
        match pair {
            ("timestamp without time zone", "timestamp with time zone")
            | ("timestamp with time zone", "timestamp without time zone") => match self.utc {
                true => Conversion::Free { same_operators: false },
                false => Conversion::Rewrite,
            },
            _ if SAME_BYTES.contains(&pair) => {
                let texts = TEXTS.contains(&pair.0) && TEXTS.contains(&pair.1);
                Conversion::Free { same_operators: texts || pair == ("cidr", "inet") }
            }
            _ if is_registry(pair.0) && is_registry(pair.1) => Conversion::Free { same_operators: false },
            _ => Conversion::Rewrite,
        }
    }
}

pub(super) fn is_constrained(domain: &Domain) -> bool {
    !domain.nullable || !domain.checks.is_empty()
}

/// `regclass` and its like are object identifiers; so is a whole number of their size.
fn is_registry(name: &str) -> bool {
    matches!(
        name,
        "oid"
            | "integer"
            | "regclass"
            | "regcollation"
            | "regconfig"
            | "regdictionary"
            | "regnamespace"
            | "regoper"
            | "regoperator"
            | "regproc"
            | "regprocedure"
            | "regrole"
            | "regtype"
    )
}

fn is_interval(ty: &ColumnType) -> bool {
    ty.name == "interval" || ty.name.starts_with("interval ")
}

/// Times and timestamps keep six digits whether told so or not.
fn is_full_precision(ty: &ColumnType) -> bool {
    ty.name.starts_with("time") && ty.arguments.as_slice() == ["6"]
}

/// Whether every value of the one length fits the other of the same type, by the rule that the server itself applies.
fn keeps_all(from: &ColumnType, to: &ColumnType) -> bool {
    // Without a length nothing is enforced.
    if to.arguments.is_empty() {
        return true;
    }
    let number = |ty: &ColumnType, at: usize| ty.arguments.get(at).and_then(|text| text.parse::<i64>().ok());
    let grows = |at: usize| matches!((number(from, at), number(to, at)), (Some(from), Some(to)) if to >= from);
    match from.name.as_str() {
        "character varying" | "bit varying" => grows(0),
        "numeric" => grows(0) && number(from, 1).is_some() && number(from, 1) == number(to, 1),
        name if name.starts_with("time") || is_interval(from) => {
            let (from, to) = (number(from, 0).unwrap_or(6), number(to, 0).unwrap_or(6));
            to >= from
        }
        _ => from.arguments == to.arguments,
    }
}

/// Whether the zone's clocks have always shown UTC.
pub(super) fn is_utc(zone: &str) -> bool {
    let zone = zone.trim().trim_matches('\'').to_ascii_lowercase();
    let zone = zone.strip_prefix("etc/").unwrap_or(&zone);
    matches!(zone, "utc" | "uct" | "gmt" | "gmt0" | "gmt+0" | "gmt-0" | "greenwich" | "universal" | "zulu" | "0")
}

/// The server's own types, as the catalogue prints them.
fn is_built_in(name: &str) -> bool {
    is_registry(name)
        || matches!(
            name,
            "bigint"
                | "bit"
                | "bit varying"
                | "boolean"
                | "box"
                | "bpchar"
                | "bytea"
                | "\"char\""
                | "character"
                | "character varying"
                | "cid"
                | "cidr"
                | "circle"
                | "date"
                | "datemultirange"
                | "daterange"
                | "double precision"
                | "inet"
                | "int4multirange"
                | "int4range"
                | "int8multirange"
                | "int8range"
                | "json"
                | "jsonb"
                | "jsonpath"
                | "line"
                | "lseg"
                | "macaddr"
                | "macaddr8"
                | "money"
                | "name"
                | "numeric"
                | "nummultirange"
                | "numrange"
                | "path"
                | "pg_lsn"
                | "pg_snapshot"
                | "point"
                | "polygon"
                | "real"
                | "smallint"
                | "text"
                | "tid"
                | "time with time zone"
                | "time without time zone"
                | "timestamp with time zone"
                | "timestamp without time zone"
                | "tsmultirange"
                | "tsquery"
                | "tsrange"
                | "tstzmultirange"
                | "tstzrange"
                | "tsvector"
                | "txid_snapshot"
                | "uuid"
                | "xid"
                | "xid8"
                | "xml"
        )
        || name == "interval"
        || name.starts_with("interval ")
}

#[cfg(test)]
mod tests {
    use whimbrel_schema::{Check, Engine, EnumType};

    use super::*;
    use crate::postgres::types::read;

    fn schema() -> Schema {
        let mut schema = Schema::new(Engine::Postgres);
        let domain = |name: &str, base: &str, checks: Vec<Check>| {
            Object::Domain(Domain {
                name: name.into(),
                base: read(base),
                nullable: true,
                default: None,
                collation: None,
                checks,
                comment: None,
            })
        };
        schema.insert_object(domain("plain", "integer", Vec::new()));
        schema.insert_object(domain("checked", "integer", vec![Check::new(None, "VALUE > 0")]));
        schema.insert_object(domain("over", "checked", Vec::new()));
        let values = vec!["a".to_string()];
        schema.insert_object(Object::Enum(EnumType { name: "mood".into(), values, comment: None }));
        schema
    }

    #[test]
    fn what_a_pair_of_types_costs() {
        let schema = schema();
        let types = Types { schema: &schema, whole: true, utc: false };
        let free = Conversion::Free { same_operators: true };
        let free_but_indexes = Conversion::Free { same_operators: false };
        let cases = [
            ("varchar(50)", "varchar(50)", free),
            ("varchar(50)", "varchar(100)", free),
            ("varchar(50)", "varchar", free),
            ("varchar(50)", "text", free),
            ("varchar", "text", free),
            ("text", "varchar", free),
            ("text", "varchar(100)", Conversion::Rewrite),
            ("varchar(100)", "varchar(50)", Conversion::Rewrite),
            ("varchar", "varchar(50)", Conversion::Rewrite),
            ("varchar(50)", "char(50)", Conversion::Rewrite),
            ("char(50)", "text", Conversion::Rewrite),
            ("char(5)", "char(10)", Conversion::Rewrite),
            ("text", "bpchar", free_but_indexes),
            ("numeric(10,2)", "numeric(12,2)", free),
            ("numeric(10,2)", "numeric", free),
            ("numeric(10,2)", "numeric(12,4)", Conversion::Rewrite),
            ("numeric(10,2)", "numeric(8,2)", Conversion::Rewrite),
            ("numeric", "numeric(12,2)", Conversion::Rewrite),
            ("varbit(5)", "varbit(9)", free),
            ("bit(5)", "bit(9)", Conversion::Rewrite),
            ("bit(5)", "varbit", free_but_indexes),
            ("bit(5)", "varbit(9)", Conversion::Rewrite),
            ("timestamp", "timestamp(3)", Conversion::Rewrite),
            ("timestamp(3)", "timestamp", free),
            ("timestamp(3)", "timestamp(6)", free),
            ("timestamp", "timestamp(6)", free),
            ("time(3)", "time(1)", Conversion::Rewrite),
            ("interval(3)", "interval", free),
            ("interval", "interval(3)", Conversion::Rewrite),
            ("interval day to second", "interval", free),
            ("interval", "interval day", Conversion::Rewrite),
            ("interval", "interval day to second", free),
            ("interval day", "interval hour to second", free),
            ("timestamp", "timestamptz", Conversion::Rewrite),
            ("int", "bigint", Conversion::Rewrite),
            ("int", "oid", free_but_indexes),
            ("oid", "regclass", free_but_indexes),
            ("bigint", "oid", Conversion::Rewrite),
            ("json", "jsonb", Conversion::Rewrite),
            ("cidr", "inet", free),
            ("inet", "cidr", Conversion::Rewrite),
            ("xml", "text", free_but_indexes),
            ("citext", "text", free_but_indexes),
            ("text", "uuid", Conversion::Rewrite),
            ("mood", "text", Conversion::Rewrite),
            ("varchar", "mood", Conversion::Rewrite),
            ("int", "plain", free),
            ("plain", "int", free),
            ("checked", "int", free),
            ("int", "checked", Conversion::Rewrite),
            ("int", "over", Conversion::Rewrite),
            ("over", "int", free),
            ("plain", "bigint", Conversion::Rewrite),
            ("int", "unheard_of", Conversion::Rewrite),
            ("varchar(5)[]", "text[]", Conversion::Rewrite),
            ("text", "text[]", Conversion::Rewrite),
        ];
        for (from, to, expected) in cases {
            assert_eq!(types.conversion(&read(from), &read(to)), expected, "{from} to {to}");
        }
        let types = Types { utc: true, ..types };
        assert_eq!(types.conversion(&read("timestamp"), &read("timestamptz")), free_but_indexes);
        assert_eq!(types.conversion(&read("timestamptz(3)"), &read("timestamp(6)")), free_but_indexes);
        assert_eq!(types.conversion(&read("timestamp"), &read("timestamptz(3)")), Conversion::Rewrite);
        let types = Types { whole: false, ..types };
        assert_eq!(types.conversion(&read("int"), &read("plain")), Conversion::Rewrite);
    }

    #[test]
    fn time_zones_that_are_utc() {
        for zone in ["UTC", "'utc'", "Etc/UTC", "GMT", "Zulu"] {
            assert!(is_utc(zone), "{zone}");
        }
        for zone in ["Europe/London", "Europe/Berlin", "Africa/Abidjan", "+1", "DEFAULT", ""] {
            assert!(!is_utc(zone), "{zone}");
        }
    }
}
