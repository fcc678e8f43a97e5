//! Reading bytes that may be anything, and the numbers of variable length that are written for it.

/// What is still to be read. No method looks past the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Everything that is still to be read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let [byte] = self.array()?;
        Some(byte)
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    /// A number that [`put_number`] has written.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part > u64::MAX >> shift {
                return None;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Bytes that [`put_bytes`] has written.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.number()?;
        self.take(usize::try_from(len).ok()?)
    }
}

/// Writes a number in as few bytes as it needs, seven bits in each (LEB128).
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while let high @ 1.. = number >> 7 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number = high;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Writes bytes behind their number.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in (0..64).flat_map(|bit| [(1 << bit) - 1, 1 << bit, u64::MAX >> bit]) {
            let mut out = Vec::new();
            put_number(&mut out, number);
            let mut cursor = Cursor::new(&out);
            assert_eq!(cursor.number(), Some(number));
            assert!(cursor.rest().is_empty());
        }
    }

    #[test]
    fn numbers_past_64_bits_are_none() {
        let too_large = [0xff; 9].iter().copied().chain([2]).collect::<Vec<_>>();
        assert_eq!(Cursor::new(&too_large).number(), None);
        assert_eq!(Cursor::new(&[0x80; 11]).number(), None);
    }

    #[test]
    fn a_length_past_the_end_is_none() {
        let mut out = Vec::new();
        put_number(&mut out, u64::MAX);
        assert_eq!(Cursor::new(&out).bytes(), None);
        assert_eq!(Cursor::new(&[2, 0]).bytes(), None);
    }
}
