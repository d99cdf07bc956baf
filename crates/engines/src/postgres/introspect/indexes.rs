use std::collections::{BTreeMap, HashMap, HashSet};

use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::{Expression, Index, IndexKey, IndexTarget, Object};

use super::catalogue::{CLASS, Catalogue};
use super::fields::{Fields, Oid, options, without_parentheses};

#[derive(Default)]
pub struct OperatorClasses {
    by_oid: HashMap<Oid, OperatorClass>,
    /// Which types have a default class of their own, by access method.
    defaults: HashSet<(Oid, Oid)>,
}

struct OperatorClass {
    name: String,
    ty: Oid,
    default: bool,
}

pub fn read_operator_class(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let (name, namespace) = (fields.text()?, fields.text()?);
    let (method, ty, default) = (fields.number()?, fields.number()?, fields.flag()?);
    let visible = namespace == "pg_catalog" || catalogue.is_home(namespace);
    let name = if visible { name.to_string() } else { format!("{namespace}.{name}") };
    if default {
        catalogue.operator_classes.defaults.insert((method, ty));
    }
    catalogue.operator_classes.by_oid.insert(oid, OperatorClass { name, ty, default });
    Ok(())
}

/// An index before it is known whether it stands on its own or behind a constraint.
pub struct IndexRow {
    pub table: Oid,
    pub index: Index,
}

pub fn read_index(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (oid, table) = (fields.number::<Oid>()?, fields.number::<Oid>()?);
    if !catalogue.relations.contains_key(&table) {
        return Ok(());
    }
    let mut index = Index::new(fields.string()?, Vec::new());
    index.unique = fields.flag()?;
    index.valid = fields.flag()?;
    let key_count: usize = fields.number()?;
    let (numbers, directions) = (fields.numbers::<i16>()?, fields.numbers::<u16>()?);
    let (classes, collations) = (fields.numbers::<Oid>()?, fields.numbers::<Oid>()?);
    let (method, method_name) = (fields.number::<Oid>()?, fields.text()?);
    index.method = Some(method_name).filter(|name| *name != "btree").map(str::to_string);
    index.storage = options(fields.list()?).collect::<BTreeMap<_, _>>();
    index.tablespace = fields.optional()?.map(str::to_string);
    index.nulls_distinct = !fields.flag()?;
    index.predicate = fields.optional()?.map(|text| Expression::new(without_parentheses(text)));
    let (expressions, whole, parameters) = (fields.list()?, fields.optional()?.unwrap_or_default(), fields.list()?);
    index.comment = catalogue.comment(CLASS, oid, 0);
    if fields.flag()?
        && let Some(name) = catalogue.kept_table(table).map(|relation| relation.table.name.clone())
    {
        catalogue.setting("replica identity", &name, &index.name, "USING INDEX".to_string());
    }

    let Some(relation) = catalogue.relations.get(&table) else {
        return Ok(());
    };
    let broken = || {
        let message = format!("the catalogue's entry of index `{}` is not complete", index.name);
        DriverError::new(DriverErrorKind::Unsupported, message)
    };
    if numbers.len() < key_count || [directions.len(), classes.len(), collations.len()].iter().any(|n| *n < key_count) {
        return Err(broken());
    }
    let mut keys = Vec::with_capacity(key_count);
    for at in 0..key_count {
        let place = relation.place(numbers[at]);
        let column = place.and_then(|place| Some((relation.table.columns.get(place)?, relation.types.get(place)?)));
        let (target, ty, natural_collation) = match column {
            Some((column, (ty, collation))) => (IndexTarget::Column(column.name.clone()), Some(*ty), *collation),
            None => {
                let text = expressions.get(at).and_then(Option::as_deref).ok_or_else(broken)?;
                let said = catalogue.collation(collations[at]).is_some_and(|name| collates(whole, text, &name));
                let natural = if said { 0 } else { collations[at] };
                (IndexTarget::Expression(without_parentheses(text).into()), None, natural)
            }
        };
        let descending = directions[at] & 1 != 0;
        let nulls_first = directions[at] & 2 != 0;
        let parameters = parameters.get(at).and_then(Option::as_deref);
        keys.push(IndexKey {
            target,
            collation: (collations[at] != natural_collation).then(|| catalogue.collation(collations[at])).flatten(),
            operator_class: catalogue.operator_class(method, classes[at], ty, parameters),
            descending,
            nulls_first: (nulls_first != descending).then_some(nulls_first),
        });
    }
    index.keys = keys;
    index.include = relation.columns(&numbers[key_count..])?;
    catalogue.indexes.insert(oid, IndexRow { table, index });
    Ok(())
}

/// Whether the index says a collation after the expression, which it does only for one that is not the expression's.
fn collates(whole: &str, expression: &str, collation: &str) -> bool {
    [collation.to_string(), format!("\"{collation}\"")]
        .iter()
        .any(|name| whole.contains(&format!("{expression} COLLATE {name}")))
}

impl Catalogue {
    fn operator_class(&self, method: Oid, class: Oid, ty: Option<Oid>, parameters: Option<&str>) -> Option<String> {
        let found = self.operator_classes.by_oid.get(&class)?;
        let base = ty.map(|ty| self.domain_bases.get(&ty).copied().unwrap_or(ty));
        // `text_ops` is the default for `character varying`, which has none of its own, and not for `citext`, which has.
        let passed_over =
            base.is_some_and(|base| base != found.ty && self.operator_classes.defaults.contains(&(method, base)));
        match parameters {
            Some(parameters) => Some(format!("{}({parameters})", found.name)),
            None if found.default && !passed_over => None,
            None => Some(found.name.clone()),
        }
    }

    /// What no constraint has taken is an index of its own.
    pub fn place_indexes(&mut self) {
        for (_, IndexRow { table, index }) in std::mem::take(&mut self.indexes) {
            let view = self.views.get(&table).and_then(|place| self.objects.get_mut(*place));
            if let Some((_, _, Object::View(view))) = view {
                view.indexes.push(index);
                view.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            } else if let Some(relation) = self.kept_table(table) {
                relation.table.indexes.push(index);
            }
        }
    }
}
