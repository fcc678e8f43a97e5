//! Times to live, as memcached counts them.

use std::time::{Duration, SystemTime};

/// More seconds than these are a date.
const LONGEST_SPAN: u64 = 60 * 60 * 24 * 30;

/// What is sent for a time to live. It is rounded up to seconds.
pub(super) fn on_the_wire(ttl: Option<Duration>, now: SystemTime) -> i64 {
    const FOR_EVER: i64 = 0;
    const OVER: i64 = -1;
    let Some(ttl) = ttl else { return FOR_EVER };
    let seconds = rounded_up(ttl);
    if seconds == 0 {
        return OVER;
    }
    let since_1970 = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let sent = match seconds {
        ..=LONGEST_SPAN => seconds,
        _ => seconds.saturating_add(since_1970.as_secs()),
    };
    // Its dates have 31 bits.
    i32::try_from(sent).map_or(FOR_EVER, i64::from)
}

/// A time to live that lasts at least this long, although the first second may be over at once.
pub(super) fn at_least(ttl: Duration) -> Duration {
    Duration::from_secs(rounded_up(ttl).saturating_add(1))
}

fn rounded_up(time: Duration) -> u64 {
    time.as_secs()
        .saturating_add(u64::from(time.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_700_000_000);
    const DAY: u64 = 60 * 60 * 24;

    fn sent(ttl: Duration) -> i64 {
        on_the_wire(Some(ttl), SystemTime::UNIX_EPOCH + NOW)
    }

    #[test]
    fn parts_of_a_second_are_rounded_up() {
        assert_eq!(sent(Duration::from_nanos(1)), 1);
        assert_eq!(sent(Duration::from_secs(1)), 1);
        assert_eq!(sent(Duration::from_millis(1001)), 2);
    }

    #[test]
    fn none_is_for_ever_and_zero_is_over() {
        assert_eq!(on_the_wire(None, SystemTime::UNIX_EPOCH), 0);
        assert_eq!(sent(Duration::ZERO), -1);
    }

    #[test]
    fn more_than_thirty_days_are_a_date() {
        assert_eq!(sent(Duration::from_secs(30 * DAY)), 2_592_000);
        assert_eq!(sent(Duration::from_secs(30 * DAY + 1)), 1_702_592_001);
    }

    #[test]
    fn past_its_last_date_is_for_ever() {
        assert_eq!(sent(Duration::from_secs(20 * 365 * DAY)), 0);
        assert_eq!(sent(Duration::MAX), 0);
    }
}
