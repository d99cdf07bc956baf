//! How far something long is.

use std::ops::ControlFlow;

/// Told now and then; `Break` stops what runs, which then ends with
/// [`Cancelled`](crate::DriverErrorKind::Cancelled) and leaves nothing behind.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub doing: Doing,
    /// The table or the file that it is about, where it is about one.
    pub about: Option<String>,
    /// In the unit of [`Doing`].
    pub done: u64,
    /// How much it will be in the end, where that is known.
    pub of: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Bytes, out of the database.
    Copying,
    /// Bytes, as the engine looks whether a copy is sound.
    Checking,
    /// Rows.
    Hashing,
    /// Bytes, compressed and encrypted.
    Packing,
    /// Bytes, read again and held against their hashes.
    Verifying,
    /// Bytes, decrypted and decompressed.
    Unpacking,
    /// Bytes, to the command that takes the backup away.
    Sending,
    /// Bytes, into a database.
    Restoring,
}

impl Progress {
    pub fn of(doing: Doing, done: u64, of: Option<u64>) -> Self {
        Progress { doing, about: None, done, of }
    }

    pub fn about(self, what: impl Into<String>) -> Self {
        Progress { about: Some(what.into()), ..self }
    }
}
