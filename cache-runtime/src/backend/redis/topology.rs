//! Which primary of a cluster has which slot, from what its nodes say.

use std::collections::BTreeSet;

use super::slot::{self, SLOTS};

/// Host and port of a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) host: String,
    pub(super) port: u16,
}

/// Who has what.
#[derive(Debug)]
pub(super) struct Topology {
    places: Vec<Place>,
    /// For each slot, which of the places has it.
    owners: Vec<Option<u16>>,
}

/// What one node says about one primary.
struct Claim {
    place: Place,
    /// The larger one wins.
    epoch: u64,
    /// First and last, both included.
    ranges: Vec<(u16, u16)>,
}

impl Topology {
    /// Takes what several nodes answer to `CLUSTER NODES` together: of two primaries that are said to have a slot, the
    /// one that got it later has it. Where there are `names`, they are preferred to addresses if that is wanted.
    pub(super) fn merged<'a>(
        answers: impl IntoIterator<Item = (&'a Place, &'a str)>,
        names: bool,
    ) -> Self {
        let mut places = Vec::new();
        let mut owners = vec![(0, None); usize::from(SLOTS)];
        for claim in answers
            .into_iter()
            .flat_map(|(asked, said)| claims(asked, said, names))
        {
            let number = number(&mut places, claim.place);
            for (first, last) in claim.ranges {
                for owner in &mut owners[usize::from(first)..=usize::from(last)] {
                    if owner.1.is_none() || owner.0 < claim.epoch {
                        *owner = (claim.epoch, number);
                    }
                }
            }
        }
        let owners = owners.into_iter().map(|(_, number)| number).collect();
        Self { places, owners }
    }

    /// The primary that has the slot of a name.
    pub(super) fn owner(&self, name: &str) -> Option<&Place> {
        let number = self.owners[usize::from(slot::of(name))]?;
        self.places.get(usize::from(number))
    }

    /// All primaries that have slots.
    pub(super) fn primaries(&self) -> impl Iterator<Item = &Place> {
        let numbers: BTreeSet<u16> = self.owners.iter().flatten().copied().collect();
        let place = |number| self.places.get(usize::from(number));
        numbers.into_iter().filter_map(place)
    }
}

/// The number of a place in a list, which it is added to if need be.
fn number(places: &mut Vec<Place>, place: Place) -> Option<u16> {
    let known = places.iter().position(|known| *known == place);
    let number = known.unwrap_or_else(|| {
        places.push(place);
        places.len() - 1
    });
    u16::try_from(number).ok()
}

/// The primaries with slots in an answer to `CLUSTER NODES`; what cannot be understood is left out.
fn claims(asked: &Place, said: &str, names: bool) -> Vec<Claim> {
    let claims = said.lines().map(|line| claim(asked, line, names));
    claims.flatten().collect()
}

/// `id host:port@bus[,name] flags primary ping pong epoch state slot..`
fn claim(asked: &Place, line: &str, names: bool) -> Option<Claim> {
    let mut words = line.split(' ').skip(1);
    let (place, flags) = (words.next()?, words.next()?);
    let mut place = self::place(place, names)?;
    if place.host.is_empty() {
        place.host.clone_from(&asked.host);
    }
    if !flags.split(',').any(|flag| flag == "master") {
        return None;
    }
    let epoch = words.nth(3)?.parse().ok()?;
    let ranges: Vec<_> = words.skip(1).filter_map(range).collect();
    (!ranges.is_empty()).then_some(Claim {
        place,
        epoch,
        ranges,
    })
}

/// `host:port@bus`, where the host may hold colons; a name that follows is what the node wants to be called.
fn place(said: &str, names: bool) -> Option<Place> {
    let (address, name) = said.split_once(',').unwrap_or((said, ""));
    let (host, port) = address.split('@').next()?.rsplit_once(':')?;
    let name = name
        .split(',')
        .next()
        .filter(|name| names && !name.is_empty());
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let host = name.unwrap_or(host).to_owned();
    Some(Place { host, port })
}

/// `first-last` or `one`; a slot that moves, in brackets, is none yet.
fn range(said: &str) -> Option<(u16, u16)> {
    let (first, last) = said.split_once('-').unwrap_or((said, said));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last < SLOTS).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::{Place, Topology};

    fn at(port: u16) -> Place {
        let host = "10.0.0.1".to_owned();
        Place { host, port }
    }

    const BEFORE: &str = "\
a :1@10001 myself,master - 0 0 1 connected 0-8191
b 10.0.0.1:2@10002,,shard-id=x master - 0 0 2 connected 8192-16383 [5-<-a]
c 10.0.0.1:3@10003 slave a 0 0 1 connected
";
    const AFTER: &str = "\
a 10.0.0.1:1@10001 master,fail - 0 0 1 disconnected
b 10.0.0.1:2@10002 myself,master - 0 0 2 connected 8192-16383
c 10.0.0.1:3@10003 master - 0 0 3 connected 0-8191
";

    #[test]
    fn a_node_that_does_not_know_its_address_is_where_it_was_asked() {
        let map = Topology::merged([(&at(1), BEFORE)], false);
        assert!(map.primaries().eq(&[at(1), at(2)]));
        assert_eq!(map.owner("bar"), Some(&at(1)), "slot 5061");
        assert_eq!(map.owner("foo"), Some(&at(2)), "slot 12182");
    }

    #[test]
    fn who_got_a_slot_later_has_it() {
        let (before, after) = ((&at(1), BEFORE), (&at(2), AFTER));
        for answers in [[before, after], [after, before]] {
            let map = Topology::merged(answers, false);
            assert_eq!(map.owner("bar"), Some(&at(3)));
            assert_eq!(map.owner("foo"), Some(&at(2)));
            assert_eq!(map.primaries().count(), 2, "one has nothing left");
        }
    }

    #[test]
    fn names_are_taken_where_they_are_wanted() {
        let said = "a 10.0.0.1:1@2,cache.example master - 0 0 1 connected 0-16383";
        for (names, host) in [(true, "cache.example"), (false, "10.0.0.1")] {
            let map = Topology::merged([(&at(9), said)], names);
            assert_eq!(
                map.owner("foo").map(|place| place.host.as_str()),
                Some(host)
            );
        }
    }

    #[test]
    fn nonsense_is_left_out() {
        let said = "a b:1@2 master - 0 0 1 up 7-3 99999 x-y 0-16384\n\n\u{1}\nb c\na b:0 master - 0 0 1 up 1";
        let map = Topology::merged([(&at(9), said)], false);
        assert_eq!(map.primaries().count(), 0);
        assert_eq!(map.owner("foo"), None);
    }
}
