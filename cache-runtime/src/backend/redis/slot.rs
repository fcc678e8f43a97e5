//! Which slot of a cluster a name is in.

/// How many slots there are.
pub(super) const SLOTS: u16 = 16_384;

/// The slot of a name, or of the part in braces if it has one.
pub(super) fn of(name: &str) -> u16 {
    crc16(tag(name).as_bytes()) % SLOTS
}

/// The part that decides: what stands between the first `{` and the next `}`, unless that is nothing.
fn tag(name: &str) -> &str {
    let inside = name
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    match inside {
        Some((tag, _)) if !tag.is_empty() => tag,
        _ => name,
    }
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            let carry = crc & 0x8000 != 0;
            (crc << 1) ^ if carry { 0x1021 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn slots_are_those_that_redis_computes() {
        assert_eq!(of("123456789"), 0x31c3);
        assert_eq!(of("foo"), 12_182);
        assert_eq!(of("{foo}.bar"), of("foo"));
        assert_eq!(of("a{foo}{bar}"), of("foo"));
        assert_eq!(of("foo{}{bar}"), 8_363);
        assert_eq!(of("foo{{bar}}zap"), of("{bar"));
    }
}
