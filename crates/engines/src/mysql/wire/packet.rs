//! What goes over the wire: packets of up to 16 MB, and what stands in them.

use std::io::{self, Read, Write};

/// The most that one packet holds; a longer message goes on in the next.
const MOST: usize = 0xff_ff_ff;

/// Reads one message whole.
pub fn read(from: &mut dyn Read, sequence: &mut u8) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut head = [0; 4];
        from.read_exact(&mut head)?;
        let [low, middle, high, number] = head;
        *sequence = number.wrapping_add(1);
        let length = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
        let start = message.len();
        message.resize(start + length, 0);
        from.read_exact(message.get_mut(start..).unwrap_or_default())?;
        if length < MOST {
            return Ok(message);
        }
    }
}

pub fn write(into: &mut dyn Write, sequence: &mut u8, message: &[u8]) -> io::Result<()> {
    let mut rest = message;
    loop {
        let (now, later) = rest.split_at(rest.len().min(MOST));
        let [low, middle, high, ..] = now.len().to_le_bytes();
        into.write_all(&[low, middle, high, *sequence])?;
        into.write_all(now)?;
        *sequence = sequence.wrapping_add(1);
        // A message that fills its packet ends with an empty one.
        if now.len() < MOST {
            return into.flush();
        }
        rest = later;
    }
}

/// Takes a message apart from the front. What is not there is `None`, whatever a server sends.
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Cursor { rest: message }
    }

    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub fn number(&mut self, bytes: usize) -> Option<u64> {
        Some(self.bytes(bytes)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Up to a zero, which is passed over.
    pub fn until_zero(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|byte| *byte == 0)?;
        let taken = self.bytes(end)?;
        self.bytes(1)?;
        Some(taken)
    }

    /// A number that says how long it is.
    pub fn length(&mut self) -> Option<usize> {
        let number = match self.number(1)? {
            short @ 0..=0xfa => short,
            0xfc => self.number(2)?,
            0xfd => self.number(3)?,
            0xfe => self.number(8)?,
            _ => return None,
        };
        usize::try_from(number).ok()
    }

    /// A value of a row; `Some(None)` is NULL.
    pub fn value(&mut self) -> Option<Option<&'a [u8]>> {
        if self.rest.first() == Some(&0xfb) {
            self.bytes(1)?;
            return Some(None);
        }
        let length = self.length()?;
        self.bytes(length).map(Some)
    }

    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_written_is_read_also_when_it_fills_a_packet() {
        for length in [0, 1, 300, MOST - 1, MOST, MOST + 1] {
            let (mut wire, mut sequence) = (Vec::new(), 0);
            let message = vec![7; length];
            write(&mut wire, &mut sequence, &message).unwrap();
            let (mut from, mut read_sequence) = (wire.as_slice(), 0);
            assert!(read(&mut from, &mut read_sequence).unwrap() == message, "{length}");
            assert_eq!((from.len(), read_sequence), (0, sequence));
        }
    }

    #[test]
    fn a_message_that_ends_too_early_is_nothing() {
        let mut cursor = Cursor::new(&[0xfc, 0x2c, 0x01, 1, 2]);
        assert_eq!(cursor.length(), Some(300));
        assert_eq!(cursor.bytes(3), None);
        let mut row = Cursor::new(&[0xfb, 1, b'x', 9]);
        assert_eq!((row.value(), row.value(), row.value()), (Some(None), Some(Some(b"x".as_slice())), None));
        assert_eq!(Cursor::new(b"no zero").until_zero(), None);
    }
}
