mod left {
    use super::right::Label;
    use whimbrel::Table;

    pub type Key = i32;

    #[derive(Table)]
    #[table(name = "left_side")]
    pub struct Left {
        #[column(primary_key)]
        id: i32,
        #[column(foreign_key = "right_side.id")]
        right_id: Key,
        #[column(skip)]
        label: Label,
    }
}

mod right {
    use super::left::Key;
    use whimbrel::Table;

    pub type Label = String;

    #[derive(Table)]
    #[table(name = "right_side")]
    pub struct Right {
        #[column(primary_key)]
        id: Key,
        label: Option<Label>,
    }
}

use left::Left;
use right::Right;
