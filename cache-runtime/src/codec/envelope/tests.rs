use super::*;
use crate::codec::samples::{Rich, Xorshift};
use crate::codec::value::{decode_value, encode_value};

const VERSION: Version = Version([7; Version::LEN]);
const TYPE: u64 = 0x0123_4567_89ab_cdef;
const KEY: &[u8] = b"the key";

fn entry(payload: &[u8]) -> Entry<'_> {
    Entry {
        fingerprint: TYPE,
        key: KEY,
        times: WireTimes {
            ttl: Some(Duration::from_secs(360)),
            timeout: Some(Duration::from_millis(300_001)),
            stale_while_revalidate: None,
            stale_if_error: Some(Duration::from_secs(60)),
            refresh_after: Some(Duration::new(240, 1)),
        },
        marks: vec![
            (MarkId([1; 16]), Version([2; 16])),
            (MarkId([3; 16]), Version([4; 16])),
        ],
        failed: false,
        payload: Cow::Borrowed(payload),
    }
}

fn plain() -> Sealing {
    Sealing::default()
}

fn signing(secret: &str) -> Sealing {
    Sealing {
        signing_key: Some(SigningKey::new(secret)),
        compress_above: None,
    }
}

fn compressing(sealing: Sealing) -> Sealing {
    Sealing {
        compress_above: Some(16),
        ..sealing
    }
}

/// Every way of closing an entry.
fn sealings() -> [Sealing; 4] {
    [
        plain(),
        signing("a"),
        compressing(plain()),
        compressing(signing("a")),
    ]
}

fn open<'a>(sealing: &Sealing, bytes: &'a [u8]) -> Result<Entry<'a>, Damage> {
    sealing.open(VERSION, bytes, TYPE, KEY)
}

/// Bytes that compress.
fn long() -> Vec<u8> {
    b"again and ".repeat(100)
}

#[test]
fn what_was_sealed_is_opened() {
    for sealing in sealings() {
        for payload in [&[][..], b"short", &long()] {
            let bytes = sealing.seal(VERSION, &entry(payload));
            assert_eq!(open(&sealing, &bytes), Ok(entry(payload)));
            assert_eq!(sealing.open_any(VERSION, &bytes), Ok(entry(payload)));
        }
    }
}

#[test]
fn times_marks_and_the_flag_come_back() {
    let times = [None, Some(Duration::ZERO), Some(Duration::MAX)];
    for (index, (ttl, timeout)) in times.into_iter().zip(times.into_iter().rev()).enumerate() {
        let sealed = Entry {
            times: WireTimes {
                ttl,
                timeout,
                ..WireTimes::default()
            },
            marks: vec![(MarkId([9; 16]), VERSION); index * 100],
            failed: index == 1,
            ..entry(b"")
        };
        let bytes = plain().seal(VERSION, &sealed);
        assert_eq!(open(&plain(), &bytes), Ok(sealed));
    }
}

#[test]
fn a_payload_is_compressed_when_it_gets_shorter() {
    let sealing = compressing(plain());
    let long = long();
    assert!(sealing.seal(VERSION, &entry(&long)).len() < 300);
    assert!(plain().seal(VERSION, &entry(&long)).len() > long.len());
    let mut random = Xorshift::new(1);
    let noise: Vec<u8> = (0..200).map(|_| random.next().to_le_bytes()[0]).collect();
    let bytes = sealing.seal(VERSION, &entry(&noise));
    assert_eq!(bytes, plain().seal(VERSION, &entry(&noise)));
}

#[test]
fn another_type_key_or_version_is_told() {
    for sealing in sealings() {
        let bytes = sealing.seal(VERSION, &entry(&long()));
        assert_eq!(
            sealing.open(VERSION, &bytes, 1, KEY),
            Err(Damage::OtherType)
        );
        let other = sealing.open(VERSION, &bytes, TYPE, b"the keys");
        assert_eq!(other, Err(Damage::OtherKey));
        let damage = open_in(&sealing, Version([8; 16]), &bytes);
        assert!(matches!(damage, Damage::Corrupt | Damage::Forged));
    }
}

fn open_in(sealing: &Sealing, version: Version, bytes: &[u8]) -> Damage {
    sealing
        .open(version, bytes, TYPE, KEY)
        .expect_err("it is of another version")
}

#[test]
fn every_truncation_is_told() {
    for sealing in sealings() {
        let bytes = sealing.seal(VERSION, &entry(&long()));
        for len in 0..bytes.len() {
            let damage = open(&sealing, &bytes[..len]).expect_err("it is truncated");
            let expected = match (len, &sealing.signing_key) {
                (..6, _) => Damage::Foreign,
                (_, None) => Damage::Corrupt,
                (_, Some(_)) => Damage::Forged,
            };
            assert_eq!(damage, expected, "{len}");
        }
    }
}

#[test]
fn every_flipped_bit_is_told() {
    for sealing in sealings() {
        let mut bytes = sealing.seal(VERSION, &entry(&long()));
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&sealing, &bytes).is_err(), "{bit}");
            assert!(sealing.open_any(VERSION, &bytes).is_err(), "{bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn appended_bytes_are_told() {
    for sealing in sealings() {
        let mut bytes = sealing.seal(VERSION, &entry(b"payload"));
        bytes.push(0);
        assert!(open(&sealing, &bytes).is_err());
    }
}

#[test]
fn foreign_bytes_are_told() {
    let texts = ["", "a", "{\"json\": true}", "a long text of someone else's"];
    for bytes in texts.map(str::as_bytes).into_iter().chain([&[0; 100][..]]) {
        assert_eq!(open(&plain(), bytes), Err(Damage::Foreign));
        assert_eq!(open(&signing("a"), bytes), Err(Damage::Foreign));
    }
}

#[test]
fn another_codec_is_told() {
    let mut bytes = plain().seal(VERSION, &entry(b"payload"));
    bytes[4] += 1;
    assert_eq!(open(&plain(), &bytes), Err(Damage::OtherCodec));
}

#[test]
fn only_what_the_same_key_has_signed_is_opened() {
    let signed = signing("a").seal(VERSION, &entry(b"payload"));
    let unsigned = plain().seal(VERSION, &entry(b"payload"));
    assert_eq!(open(&signing("b"), &signed), Err(Damage::Forged));
    assert_eq!(open(&plain(), &signed), Err(Damage::Forged));
    assert_eq!(open(&signing("a"), &unsigned), Err(Damage::Forged));
    let mut claims = unsigned;
    claims[5] |= 4;
    claims.extend([0; 28]);
    assert_eq!(open(&signing("a"), &claims), Err(Damage::Forged));
}

#[test]
fn a_signed_entry_stays_where_it_is() {
    let sealing = signing("a");
    let mine = sealing.seal(VERSION, &entry(b"payload"));
    // The whole item in the place of another.
    let moved = sealing.open(VERSION, &mine, TYPE, b"other key");
    assert_eq!(moved, Err(Damage::OtherKey));
    // Its content under another key, with the signature it had.
    let at = mine
        .windows(KEY.len())
        .position(|part| part == KEY)
        .expect("the key is there");
    let mut renamed = mine;
    renamed[at..at + KEY.len()].copy_from_slice(b"the-key");
    let moved = sealing.open(VERSION, &renamed, TYPE, b"the-key");
    assert_eq!(moved, Err(Damage::Forged));
}

#[test]
fn a_signing_key_does_not_show() {
    let shown = format!("{:?}", signing("the secret"));
    assert!(shown.contains("SigningKey(..)"), "{shown}");
}

/// Closes a body that nobody has written.
fn closed(flags: u8, body: &[u8]) -> Vec<u8> {
    Sealing::close(VERSION, &[&[flags], body].concat())
}

/// What a checksum does not tell is told where it is read; no length is believed.
#[test]
fn a_length_of_a_gigabyte_is_told() {
    const GIGABYTE: &[u8] = &[0x80, 0x80, 0x80, 0x80, 0x04];
    let key = [&TYPE.to_le_bytes()[..], &[7], KEY].concat();
    let of_key = [&TYPE.to_le_bytes()[..], GIGABYTE, KEY].concat();
    let of_marks = [&key[..], &[0], GIGABYTE].concat();
    let of_payload = [&key[..], &[0, 0], GIGABYTE, b"abc"].concat();
    let of_seconds = [&key[..], &[1], &[0xff; 11], &[0, 0]].concat();
    let of_nanoseconds = [&key[..], &[1, 0], GIGABYTE, &[0]].concat();
    for body in [of_key, of_marks, of_seconds, of_nanoseconds] {
        assert_eq!(open(&plain(), &closed(0, &body)), Err(Damage::Corrupt));
    }
    assert_eq!(
        open(&plain(), &closed(1, &of_payload)),
        Err(Damage::Corrupt)
    );
}

#[test]
fn what_is_behind_the_checksum_may_be_anything() {
    let mut random = Xorshift::new(4);
    for _ in 0..3000 {
        let sealing = if random.below(2) == 0 {
            plain()
        } else {
            compressing(plain())
        };
        let payload = encode_value(&Rich::random(&mut random, 3)).expect("it can be encoded");
        let sealed = sealing.seal(VERSION, &entry(&payload));
        let flags = sealed[5];
        let mut body = sealed[6..sealed.len() - 4].to_vec();
        for _ in 0..=random.below(3) {
            random.damage(&mut body);
        }
        let bytes = closed(flags, &body);
        if let Ok(entry) = plain().open_any(VERSION, &bytes) {
            let _ = decode_value::<Rich>(&entry.payload);
        }
    }
}
