//! The eight modes in which PostgreSQL locks a relation, weakest first, and what each keeps others from.

use whimbrel_plan::review::{Blocks, Held, Lock};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::postgres) enum Mode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

impl Mode {
    pub(in crate::postgres) const ALL: [Mode; 8] = [
        Mode::AccessShare,
        Mode::RowShare,
        Mode::RowExclusive,
        Mode::ShareUpdateExclusive,
        Mode::Share,
        Mode::ShareRowExclusive,
        Mode::Exclusive,
        Mode::AccessExclusive,
    ];

    /// As the manual writes it.
    pub(in crate::postgres) fn name(self) -> &'static str {
        match self {
            Mode::AccessShare => "ACCESS SHARE",
            Mode::RowShare => "ROW SHARE",
            Mode::RowExclusive => "ROW EXCLUSIVE",
            Mode::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Mode::Share => "SHARE",
            Mode::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Mode::Exclusive => "EXCLUSIVE",
            Mode::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// A plain SELECT takes ACCESS SHARE, and INSERT, UPDATE and DELETE take ROW EXCLUSIVE: what conflicts with those
    /// keeps readers and writers out. `SELECT … FOR UPDATE` (ROW SHARE) counts as writing, as EXCLUSIVE blocks it.
    pub(in crate::postgres) fn blocks(self) -> Blocks {
        match self {
            Mode::AccessShare | Mode::RowShare | Mode::RowExclusive => Blocks::Nothing,
            Mode::ShareUpdateExclusive => Blocks::SchemaChanges,
            Mode::Share | Mode::ShareRowExclusive | Mode::Exclusive => Blocks::Writes,
            Mode::AccessExclusive => Blocks::ReadsAndWrites,
        }
    }

    /// Whether whoever has to wait for the other mode has to wait for this one, too: by the manual's table of conflicts,
    /// for each mode a bit for each that it conflicts with, the weakest first.
    pub(in crate::postgres) fn includes(self, other: Mode) -> bool {
        const CONFLICTS: [u8; 8] =
            [0b1000_0000, 0b1100_0000, 0b1111_0000, 0b1111_1000, 0b1110_1100, 0b1111_1100, 0b1111_1110, 0b1111_1111];
        let conflicts = |mode: Mode| CONFLICTS.get(mode as usize).copied().unwrap_or(u8::MAX);
        conflicts(other) & !conflicts(self) == 0
    }

    pub(super) fn lock(self, held: Held) -> Lock {
        Lock::new(self.name(), self.blocks(), held)
    }

    /// The weakest mode that keeps out what both keep out.
    pub(super) fn and(self, other: Mode) -> Mode {
        let includes_both = |mode: &Mode| mode.includes(self) && mode.includes(other);
        Mode::ALL.into_iter().find(includes_both).unwrap_or(Mode::AccessExclusive)
    }

    /// Reads the manual's words in any case, with spaces or without.
    pub(in crate::postgres) fn read(words: &str) -> Option<Mode> {
        let bare = |text: &str| text.split_whitespace().collect::<String>().to_ascii_uppercase();
        let wanted = bare(words);
        Mode::ALL.into_iter().find(|mode| bare(mode.name()) == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_mode_never_blocks_less() {
        assert!(Mode::ALL.is_sorted());
        assert!(Mode::ALL.is_sorted_by_key(|mode| mode.blocks()));
        for mode in Mode::ALL {
            assert_eq!(Mode::read(mode.name()), Some(mode));
            assert_eq!(Mode::AccessShare.and(mode), mode);
            assert_eq!(mode.and(Mode::AccessExclusive), Mode::AccessExclusive);
        }
        // SHARE keeps writers out and not itself; the other two of each pair keep SHARE out.
        assert_eq!(Mode::Share.and(Mode::ShareUpdateExclusive), Mode::ShareRowExclusive);
        assert_eq!(Mode::RowExclusive.and(Mode::Share), Mode::ShareRowExclusive);
        for (one, other) in Mode::ALL.into_iter().flat_map(|one| Mode::ALL.map(|other| (one, other))) {
            assert!(one.and(other).includes(one) && Mode::AccessExclusive.includes(one));
        }
        assert!(!Mode::Share.includes(Mode::ShareUpdateExclusive) && !Mode::ShareUpdateExclusive.includes(Mode::Share));
    }
}
