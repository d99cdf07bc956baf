use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

pub const CLIENTS: u64 = 4;
const BETWEEN: Duration = Duration::from_millis(5);

/// Runs `work` while clients write, each by its own `connect`ed function that is told the row; gives what each of their
/// writes took.
pub fn beside<T, W>(
    rows: u64,
    connect: impl Fn() -> Result<W> + Sync,
    work: impl FnOnce() -> Result<T>,
) -> Result<(T, Vec<Duration>)>
where
    W: FnMut(u64) -> Result<()>,
{
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let client = |seed: u64| {
            let (connect, over) = (&connect, &over);
            scope.spawn(move || -> Result<Vec<Duration>> {
                let mut write = connect()?;
                let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                let mut waits = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let begun = Instant::now();
                    write(random % rows + 1)?;
                    waits.push(begun.elapsed());
                    thread::sleep(BETWEEN);
                }
                Ok(waits)
            })
        };
        let clients: Vec<_> = (1..=CLIENTS).map(client).collect();
        let result = work();
        over.store(true, Ordering::Relaxed);
        let mut waits = Vec::new();
        for client in clients {
            waits.extend(client.join().expect("a client panicked")?);
        }
        Ok((result?, waits))
    })
}
