use whimbrel_schema::{Check, ColumnType, Domain, EnumType, Expression, Object};

use super::catalogue::{Catalogue, TYPE, TypeUse};
use super::fields::{Fields, Oid};
use whimbrel_run::DriverError;

/// A type in one of its uses, and a collation: the query gives every pair of the two that occurs.
pub fn read_type(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (ty, modifier) = (fields.number::<Oid>()?, fields.number::<i32>()?);
    let (printed, namespace, name) = (fields.text()?, fields.text()?, fields.text()?);
    let (own_collation, base) = (fields.oid()?.unwrap_or(0), fields.oid()?);
    let (collation, collation_name, collation_namespace) = (fields.oid()?, fields.optional()?, fields.optional()?);
    let parsed = if namespace == "pg_catalog" {
        parse(printed)
    } else {
        let namespace = (!catalogue.is_home(namespace)).then(|| namespace.to_string());
        // The name as printed may be quoted and qualified; the catalogue's own is neither.
        let arguments = if modifier == -1 { Vec::new() } else { parse(printed).arguments };
        let dimensions = u8::from(printed.ends_with("[]"));
        ColumnType { namespace, name: name.to_string(), arguments, dimensions }
    };
    catalogue.types.insert((ty, modifier), TypeUse { ty: parsed, collation: own_collation });
    if let Some(base) = base {
        catalogue.domain_bases.insert(ty, base);
    }
    if let (Some(oid), Some(name), Some(namespace)) = (collation, collation_name, collation_namespace) {
        let plain = namespace == "pg_catalog" || catalogue.is_home(namespace);
        let name = if plain { name.to_string() } else { format!("{namespace}.{name}") };
        catalogue.collations.insert(oid, name);
    }
    Ok(())
}

/// `timestamp(3) with time zone[]`: the arguments stand in the middle, and the catalogue never tells how many
/// dimensions an array was declared with.
fn parse(printed: &str) -> ColumnType {
    let (text, dimensions) = match printed.strip_suffix("[]") {
        Some(element) => (element, 1),
        None => (printed, 0),
    };
    let Some((before, (arguments, after))) =
        text.rsplit_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    else {
        return ColumnType::new(text).array_of(dimensions);
    };
    let arguments = arguments.split(',').map(str::trim);
    ColumnType::with_arguments(format!("{before}{after}"), arguments).array_of(dimensions)
}

/// A type of the system's own, as printed.
pub fn read_plain(printed: &str) -> ColumnType {
    parse(printed)
}

pub fn read_enum(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let (namespace, name) = (fields.number()?, fields.text()?);
    let label = fields.optional()?.map(str::to_string);
    if let Some((class, last, Object::Enum(known))) = catalogue.objects.last_mut()
        && (*class, *last) == (TYPE, oid)
    {
        known.values.extend(label);
        return Ok(());
    }
    if let Some(name) = catalogue.name(TYPE, oid, namespace, name) {
        let comment = catalogue.comment(TYPE, oid, 0);
        let values = label.into_iter().collect();
        catalogue.objects.push((TYPE, oid, Object::Enum(EnumType { name, values, comment })));
    }
    Ok(())
}

pub fn read_domain(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let Some(name) = catalogue.name(TYPE, oid, fields.number()?, fields.text()?) else {
        return Ok(());
    };
    let base = (fields.number()?, fields.number()?);
    let collation = fields.oid()?.unwrap_or(0);
    let (base, own_collation) = catalogue.type_of(base.0, base.1)?;
    let collation = (collation != own_collation).then(|| catalogue.collation(collation)).flatten();
    let nullable = !fields.flag()?;
    let default = fields.optional()?.map(Expression::new);
    let comment = catalogue.comment(TYPE, oid, 0);
    let domain = Domain { name, base, nullable, default, collation, checks: Vec::new(), comment };
    catalogue.domains.insert(oid, catalogue.objects.len());
    catalogue.objects.push((TYPE, oid, Object::Domain(domain)));
    Ok(())
}

pub fn add_domain_check(catalogue: &mut Catalogue, domain: Oid, check: Check) {
    let place = catalogue.domains.get(&domain).copied();
    if let Some((_, _, Object::Domain(domain))) = place.and_then(|place| catalogue.objects.get_mut(place)) {
        domain.checks.push(check);
        domain.checks.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn printed_types_come_apart_and_together_again() {
        let cases = [
            ("integer", "integer"),
            ("numeric(10,2)[]", "numeric(10, 2)[]"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("character varying(20)", "character varying(20)"),
            ("interval day to second(3)", "interval day to second(3)"),
            ("bit varying(5)[]", "bit varying(5)[]"),
            ("geometry(Point,4326)", "geometry(Point, 4326)"),
        ];
        for (printed, expected) in cases {
            assert_eq!(parse(printed).to_string(), expected);
        }
        assert_eq!(parse("timestamp(3) with time zone").name, "timestamp with time zone");
    }
}
