use serde::{Deserialize, Serialize};

/// Two values of one kind: how it is, and how it shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pair<T> {
    pub from: T,
    pub to: T,
}

impl<T> Pair<T> {
    pub fn new(from: T, to: T) -> Self {
        Pair { from, to }
    }

    pub fn as_ref(&self) -> Pair<&T> {
        Pair { from: &self.from, to: &self.to }
    }

    pub fn map<U>(self, mut function: impl FnMut(T) -> U) -> Pair<U> {
        Pair { from: function(self.from), to: function(self.to) }
    }

    /// The way back.
    pub fn reversed(self) -> Self {
        Pair { from: self.to, to: self.from }
    }
}

impl<T: PartialEq> Pair<T> {
    pub fn differs(&self) -> bool {
        self.from != self.to
    }
}
