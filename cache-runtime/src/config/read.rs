//! Values from texts, one function per form.

use std::time::Duration;

/// Seconds, or a text like `5m` or `1h 30m`; zero and `never` are for ever.
pub(super) fn time(text: &str) -> Option<Duration> {
    if text == "never" {
        return Some(Duration::ZERO);
    }
    if let Some(seconds) = number(text) {
        return Some(Duration::from_secs(seconds));
    }
    let Ok(seconds) = text.parse::<f64>() else {
        return humantime::parse_duration(text).ok();
    };
    let time = Duration::try_from_secs_f64(seconds).ok()?;
    // Something is not nothing, and nothing is for ever.
    Some(time.max(Duration::from_nanos(u64::from(seconds > 0.0))))
}

pub(super) fn count(text: &str) -> Option<usize> {
    number(text)?.try_into().ok()
}

pub(super) fn port(text: &str) -> Option<u16> {
    let port = number(text)?.try_into().ok();
    port.filter(|port| *port > 0)
}

/// The number of a database.
pub(super) fn database(text: &str) -> Option<u32> {
    number(text)?.try_into().ok()
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

pub(super) fn switch(text: &str) -> Option<bool> {
    match &*text.to_lowercase() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_read() {
        let millis = |text| time(text).map(|time| time.as_millis());
        for (text, expected) in [
            ("300", 300_000),
            ("0.25", 250),
            ("5m", 300_000),
            ("1h 30m", 5_400_000),
            ("250ms", 250),
            ("0", 0),
            ("never", 0),
        ] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        assert_eq!(time("1e-12"), Some(Duration::from_nanos(1)));
        for wrong in ["", "-1", "-0.5", "nan", "inf", "1e300", "5x", "soon"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_switch_has_two_positions() {
        for on in ["true", "True", "1", "yes", "ON"] {
            assert_eq!(switch(on), Some(true), "{on}");
        }
        for off in ["false", "FALSE", "0", "no", "off"] {
            assert_eq!(switch(off), Some(false), "{off}");
        }
        assert_eq!(switch("maybe"), None);
    }
}
