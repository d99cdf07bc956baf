//! What the server adds up of the rows of a table.

use whimbrel_run::{DriverError, DriverErrorKind, Row};

use super::relations::Cells;

/// Rows, and the sums of the lanes of their hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::postgres) struct Sum {
    pub rows: u64,
    pub lanes: [u64; 2],
}

impl Sum {
    /// The server adds up without a limit; what goes over 2⁶⁴ is cut off here.
    pub fn read(answer: Vec<Row>) -> Result<Sum, DriverError> {
        let mut cells = Cells::of(answer.into_iter().next().unwrap_or_default());
        let mut number = || -> Result<i128, DriverError> {
            let text = cells.optional().unwrap_or_else(|| "0".to_owned());
            text.parse()
                .map_err(|_| DriverError::new(DriverErrorKind::Statement, format!("the server counted to `{text}`")))
        };
        let (rows, first, second) = (number()?, number()?, number()?);
        let cut = |number: i128| number.rem_euclid(1 << 64) as u64;
        Ok(Sum { rows: cut(rows), lanes: [cut(first), cut(second)] })
    }

    pub fn join(self, other: Sum) -> Sum {
        let [first, second] = self.lanes;
        let lanes = [first.wrapping_add(other.lanes[0]), second.wrapping_add(other.lanes[1])];
        Sum { rows: self.rows + other.rows, lanes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_go_round_and_join_in_any_order() {
        let row = |rows: &str, first: &str, second: &str| {
            Sum::read(vec![[rows, first, second].map(|text| Some(text.to_owned())).to_vec()]).unwrap()
        };
        let (one, other) = (row("2", "-1", "18446744073709551617"), row("1", "3", "0"));
        assert_eq!(one, Sum { rows: 2, lanes: [u64::MAX, 1] });
        assert_eq!(one.join(other), other.join(one));
        assert_eq!(one.join(other), Sum { rows: 3, lanes: [2, 1] });
        assert_eq!(Sum::read(vec![vec![Some("0".to_owned()), None, None]]).unwrap(), Sum::default());
    }
}
