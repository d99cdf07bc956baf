//! A file compressed and encrypted, and the way back. What is read is never held in memory.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use super::encryption::{Identities, Recipient};
use super::files::{self, PIECE, Weighing};
use super::{BackupError, BackupId};

/// Beyond it zstd takes several times as long for a tenth less.
const LEVEL: i32 = 3;

pub(super) struct Packed {
    pub size: u64,
    pub sha256: String,
    pub unpacked: u64,
}

/// Told the bytes that were read since the last time.
pub(super) type Advance<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

enum Encrypting<W: Write> {
    Not(W),
    To(age::stream::StreamWriter<W>),
}

impl<W: Write> Encrypting<W> {
    fn new(to: W, recipients: &[Recipient]) -> io::Result<Self> {
        if recipients.is_empty() {
            return Ok(Encrypting::Not(to));
        }
        let keys = recipients.iter().map(|recipient| &recipient.key as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(keys).map_err(io::Error::other)?;
        Ok(Encrypting::To(encryptor.wrap_output(to)?))
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Encrypting::Not(to) => Ok(to),
            Encrypting::To(stream) => stream.finish(),
        }
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Encrypting::Not(to) => to.write(bytes),
            Encrypting::To(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Encrypting::Not(to) => to.flush(),
            Encrypting::To(stream) => stream.flush(),
        }
    }
}

enum Compressing<W: Write> {
    Not(W),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Compressing<W> {
    fn new(to: W, zstd: bool) -> io::Result<Self> {
        Ok(if zstd { Compressing::Zstd(zstd::Encoder::new(to, LEVEL)?) } else { Compressing::Not(to) })
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Compressing::Not(to) => to.write_all(bytes),
            Compressing::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Compressing::Not(to) => Ok(to),
            Compressing::Zstd(encoder) => encoder.finish(),
        }
    }
}

/// A new file, which is on the disk when this returns.
pub(super) fn pack(
    from: &Path,
    into: &Path,
    zstd: bool,
    recipients: &[Recipient],
    advance: &mut Advance<'_>,
) -> Result<Packed, BackupError> {
    let reading = || BackupError::file("reading", from);
    let writing = || BackupError::file("writing", into);
    let source = File::open(from).map_err(reading())?;
    let target = files::create(into).map_err(writing())?;
    let weighing = Weighing::new(BufWriter::with_capacity(PIECE, target));
    let encrypting = Encrypting::new(weighing, recipients).map_err(writing())?;
    let mut out = Compressing::new(encrypting, zstd).map_err(writing())?;
    let mut unpacked = 0;
    let read = read_through(source, from, advance, |piece| {
        unpacked += piece.len() as u64;
        out.put(piece).map_err(writing())
    });
    read?;
    let weighing = out.finish().and_then(Encrypting::finish).map_err(writing())?;
    let (buffered, size, sha256) = weighing.finish();
    let file = buffered.into_inner().map_err(|error| writing()(error.into_error()))?;
    file.sync_all().map_err(writing())?;
    Ok(Packed { size, sha256, unpacked })
}

/// The length and the hash of a file as it lies there.
pub(super) fn weigh(path: &Path, advance: &mut Advance<'_>) -> Result<Packed, BackupError> {
    let source = File::open(path).map_err(BackupError::file("reading", path))?;
    let mut weighing = Weighing::new(io::sink());
    read_through(source, path, advance, |piece| weighing.write_all(piece).map_err(BackupError::file("reading", path)))?;
    let (_, size, sha256) = weighing.finish();
    Ok(Packed { size, sha256, unpacked: size })
}

/// What [`pack`] packed, in a new file.
pub(super) fn unpack(
    id: &BackupId,
    from: &Path,
    into: &Path,
    zstd: bool,
    recipients: &[String],
    identities: &Identities,
    advance: &mut Advance<'_>,
) -> Result<(), BackupError> {
    let reading = || BackupError::file("reading", from);
    let source = BufReader::with_capacity(PIECE, File::open(from).map_err(reading())?);
    let opened: Box<dyn Read> = match recipients.is_empty() {
        true => Box::new(source),
        false => {
            let locked = |why: String| BackupError::Encrypted { id: id.clone(), recipients: recipients.to_vec(), why };
            if identities.keys.is_empty() {
                return Err(locked("no identity was given".to_string()));
            }
            let decryptor = age::Decryptor::new(source).map_err(|error| locked(error.to_string()))?;
            let keys = identities.keys.iter().map(|key| key.as_ref());
            Box::new(decryptor.decrypt(keys).map_err(|error| match error {
                age::DecryptError::NoMatchingKeys => locked("no identity that was given opens it".to_string()),
                other => locked(other.to_string()),
            })?)
        }
    };
    let plain: Box<dyn Read> = match zstd {
        true => Box::new(zstd::Decoder::new(opened).map_err(reading())?),
        false => opened,
    };
    let target = files::create(into).map_err(BackupError::file("writing", into))?;
    let mut out = BufWriter::with_capacity(PIECE, target);
    read_through(plain, from, advance, |piece| out.write_all(piece).map_err(BackupError::file("writing", into)))?;
    out.flush().map_err(BackupError::file("writing", into))
}

fn read_through(
    mut from: impl Read,
    path: &Path,
    advance: &mut Advance<'_>,
    mut take: impl FnMut(&[u8]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut buffer = vec![0; PIECE];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(BackupError::file("reading", path)(error)),
        };
        take(buffer.get(..read).unwrap_or_default())?;
        if advance(read as u64).is_break() {
            return Err(BackupError::Stopped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again_in_every_form() {
        let folder = tempfile::tempdir().unwrap();
        let original: Vec<u8> = (0..3 * PIECE + 17).map(|at| (at * at / 7 % 251) as u8).collect();
        let from = folder.path().join("from");
        std::fs::write(&from, &original).unwrap();
        let identity = age::x25519::Identity::generate();
        let recipients = [Recipient { key: identity.to_public() }];
        let mut go_on = |_: u64| ControlFlow::Continue(());
        for (at, (zstd, encrypted)) in
            [(false, false), (true, false), (false, true), (true, true)].into_iter().enumerate()
        {
            let recipients = if encrypted { &recipients[..] } else { &[] };
            let (into, back) = (folder.path().join(format!("p{at}")), folder.path().join(format!("b{at}")));
            let packed = pack(&from, &into, zstd, recipients, &mut go_on).unwrap();
            assert_eq!(packed.unpacked, original.len() as u64);
            let weighed = weigh(&into, &mut go_on).unwrap();
            assert_eq!((packed.size, &packed.sha256), (weighed.size, &weighed.sha256));
            let written = std::fs::read(&into).unwrap();
            assert_eq!(encrypted, !zstd && written != original || zstd && written.starts_with(b"age-encryption.org/"));
            let names: Vec<String> = recipients.iter().map(ToString::to_string).collect();
            let keys = Identities { keys: vec![Box::new(identity.clone())] };
            let id = BackupId("b".to_string());
            unpack(&id, &into, &back, zstd, &names, &keys, &mut go_on).unwrap();
            assert_eq!(std::fs::read(&back).unwrap(), original);
            if encrypted {
                let other = Identities { keys: vec![Box::new(age::x25519::Identity::generate())] };
                let again = folder.path().join("again");
                let error = unpack(&id, &into, &again, zstd, &names, &other, &mut go_on).unwrap_err();
                assert!(error.to_string().ends_with("no identity that was given opens it"), "{error}");
                assert!(!again.exists());
            }
        }
    }
}
