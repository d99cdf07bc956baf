use whimbrel_schema::Table;

use crate::Dialect;

/// A query for the first few rows of which a condition holds. It ends where it has found them; where there is none, it
/// has read the table once, and kept nobody out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FewRows {
    pub sql: String,
    /// What each value of its answer is.
    labels: Vec<String>,
}

impl FewRows {
    /// `from` is what stands behind FROM, and `name` what the table is called there. `None` where rows have no name.
    pub fn new(
        table: &Table,
        (from, name): (&str, &str),
        condition: &str,
        most: usize,
        dialect: &dyn Dialect,
    ) -> Option<Self> {
        let batching = dialect.batching()?;
        let key: Vec<&String> = table.primary_key.iter().flat_map(|key| &key.columns).collect();
        let (labels, columns): (Vec<String>, Vec<String>) = match key.as_slice() {
            [] => match batching.row_number(table) {
                Some(number) => {
                    let text = batching.key_text(&format!("{name}.{number}"), None);
                    (vec![number], vec![text])
                }
                None => {
                    let place = batching.row_place(table);
                    place
                        .into_iter()
                        .map(|(column, text)| (column.to_string(), format!("{name}.{column}{text}")))
                        .unzip()
                }
            },
            columns => {
                let column = |column: &&String| {
                    let ty = table.column(column).map(|found| &found.ty);
                    let text = batching.key_text(&format!("{name}.{}", dialect.quote(column)), ty);
                    (column.to_string(), text)
                };
                columns.iter().map(column).unzip()
            }
        };
        if columns.is_empty() {
            return None;
        }
        let sql = format!("SELECT {} FROM {from} WHERE {condition}\nLIMIT {most}", columns.join(", "));
        Some(FewRows { sql, labels })
    }

    /// `id = 3`, by one row of the answer.
    pub fn name(&self, row: &[Option<String>]) -> String {
        let value =
            |(label, value): (&String, &Option<String>)| format!("{label} = {}", value.as_deref().unwrap_or("NULL"));
        self.labels.iter().zip(row).map(value).collect::<Vec<_>>().join(", ")
    }
}
