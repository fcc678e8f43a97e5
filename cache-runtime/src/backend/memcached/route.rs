//! Which server keeps a name: rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit
//! rates", IEEE/ACM Transactions on Networking 6(1), 1998).
//!
//! Every pair of a server and a name has a score, and the highest one wins. So the order of the servers does not
//! matter, and adding or removing one moves the names of that server only. The scores are fixed for all versions,
//! compilers and machines, because processes that disagree would not see each other's items.

/// What a server adds to the scores of its names.
pub(super) fn seed(address: &str) -> u64 {
    mix(fnv(address))
}

/// The number of the server with the highest score for a name; 0 if there are none.
pub(super) fn highest(name: &str, seeds: impl ExactSizeIterator<Item = u64>) -> usize {
    if seeds.len() < 2 {
        return 0;
    }
    let hash = fnv(name);
    seeds
        .enumerate()
        .max_by_key(|&(_, seed)| mix(hash ^ seed))
        .map_or(0, |(place, _)| place)
}

/// FNV-1a, 64 bits.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finalizer of `SplitMix64`: every bit of the input decides over every bit of the output.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVERS: [&str; 4] = ["a:11211", "b:11211", "c:11211", "d:11211"];

    fn kept_by<'a>(name: &str, servers: &[&'a str]) -> &'a str {
        servers[highest(name, servers.iter().map(|address| seed(address)))]
    }

    #[test]
    fn names_spread_evenly() {
        let mut counts = [0; SERVERS.len()];
        for n in 0..10_000 {
            counts[highest(&format!("shop:{n}"), SERVERS.iter().map(|it| seed(it)))] += 1;
        }
        assert!(
            counts.iter().all(|count| (2300..2700).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_server_that_leaves_moves_its_own_names_only() {
        let left = ["d:11211", "a:11211", "c:11211"];
        for n in 0..1000 {
            let name = n.to_string();
            let before = kept_by(&name, &SERVERS);
            assert!(before == "b:11211" || before == kept_by(&name, &left));
        }
    }

    #[test]
    fn scores_never_change() {
        assert_eq!(seed("cache:11211"), 0x756e_68f2_aad5_871a);
        let kept_by = ["shop:1", "shop:2", "shop:3"].map(|name| kept_by(name, &SERVERS));
        assert_eq!(kept_by, ["a:11211", "c:11211", "b:11211"]);
    }
}
