use whimbrel_schema::ObjectKind;

/// How two schemas are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DiffOptions {
    pub scope: Scope,
}

/// What the `to` side speaks for: what it does not mention and does not speak for is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// SQL and live databases can say everything: what they do not mention shall not be.
    #[default]
    Everything,
    /// Classes speak for tables, their columns, constraints and indexes, for the enums that those use, and for
    /// comments. Views, functions, triggers and extensions are somebody else's unless they are declared.
    Models,
}

impl Scope {
    /// Whether an object of that kind that `to` does not mention shall go.
    pub(super) fn speaks_for(self, kind: ObjectKind) -> bool {
        match self {
            Scope::Everything => true,
            // Enums only where their tables are spoken for: judged by their users.
            Scope::Models => kind == ObjectKind::Enum,
        }
    }

    /// Whether a trigger, a comment on an index, a storage parameter or the like shall go when `to` is silent.
    pub(crate) fn speaks_for_details(self) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Models => false,
        }
    }
}
