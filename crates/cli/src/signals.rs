//! What asks a program to stop.

use std::io;

/// Calls `heed` whenever the process is asked to stop: by Ctrl-C, by whatever stops a container, by a terminal that goes.
#[cfg(unix)]
pub fn heed(mut heed: impl FnMut() + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    if !outlives_its_terminal() {
        signals.add_signal(SIGHUP)?;
    }
    std::thread::spawn(move || signals.forever().for_each(|_| heed()));
    Ok(())
}

#[cfg(not(unix))]
pub fn heed(heed: impl FnMut() + Send + 'static) -> io::Result<()> {
    ctrlc::set_handler(heed).map_err(io::Error::other)
}

/// Whether `nohup` has seen to it; so it is where nobody can tell.
#[cfg(unix)]
fn outlives_its_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}
