//! The time of expiry is the file's modification time: one call moves it, whoever reads the file meanwhile, and a sweep
//! need not open what it leaves there.

use std::time::{Duration, SystemTime};

/// How long after 1970 items expire that never do: at the first moment of 2200.
const NEVER: Duration = Duration::from_secs(7_258_118_400);

fn never() -> SystemTime {
    SystemTime::UNIX_EPOCH + NEVER
}

/// When an item expires that is to be there for this long.
pub(super) fn until(now: SystemTime, ttl: Option<Duration>) -> SystemTime {
    ttl.and_then(|ttl| now.checked_add(ttl))
        .map_or(never(), |time| time.min(never()))
}

/// How long an item will be there; `None`: for ever.
pub(super) fn remaining(expires: SystemTime, now: SystemTime) -> Option<Duration> {
    (expires < never()).then(|| expires.duration_since(now).unwrap_or_default())
}

/// Nanoseconds since 1970, as far as they have a number.
pub(super) fn nanos(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        })
}
