//! First-in, first-out queues over slot numbers, of which any slot may leave from anywhere.
//!
//! The links are the slots' own, eight bytes each, so that a slot that leaves early costs no search and leaves
//! no hole. They take memory for the slots that there are, not for those that there may be.

/// No slot: the end of a queue.
const NONE: u32 = u32::MAX >> 2;

/// Where a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Nowhere,
    /// On trial.
    Small,
    Main,
    /// In the main queue as an old ghost: its conduct tells how old ghosts may be.
    Late,
    /// In the main queue for one hit on trial: its conduct tells whether that is enough.
    Once,
}

/// Two queues that share the links of their slots.
#[derive(Debug)]
pub(super) struct Queues {
    nodes: Vec<Node>,
    small: Ends,
    main: Ends,
    /// So many slots are expected.
    expected: usize,
}

/// The next newer slot, the next older one and the home: 30 + 30 + 3 bits.
#[derive(Clone, Copy, Debug)]
struct Node(u64);

#[derive(Debug)]
struct Ends {
    newest: u32,
    oldest: u32,
    length: usize,
}

impl Queues {
    /// Empty queues, for so many slots or a few more.
    pub(super) const fn new(expected: usize) -> Self {
        Self {
            nodes: Vec::new(),
            small: Ends::EMPTY,
            main: Ends::EMPTY,
            expected,
        }
    }

    pub(super) fn small_length(&self) -> usize {
        self.small.length
    }

    pub(super) fn main_length(&self) -> usize {
        self.main.length
    }

    /// Makes a slot the newest of a queue.
    ///
    /// - The slot is in no queue.
    pub(super) fn push(&mut self, slot: u32, home: Home) {
        self.make_room(slot);
        let ends = match home {
            Home::Nowhere => return,
            Home::Small => &mut self.small,
            Home::Main | Home::Late | Home::Once => &mut self.main,
        };
        let older = std::mem::replace(&mut ends.newest, slot);
        ends.length += 1;
        match self.nodes.get_mut(older as usize) {
            Some(node) => *node = Node::new(slot, node.older(), node.home()),
            None => ends.oldest = slot,
        }
        self.nodes[slot as usize] = Node::new(NONE, older, home);
    }

    /// Takes a slot out of its queue, and answers where it was.
    pub(super) fn take(&mut self, slot: u32) -> Home {
        let Some(node) = self.nodes.get_mut(slot as usize) else {
            return Home::Nowhere;
        };
        let (newer, older, home) = (node.newer(), node.older(), node.home());
        let ends = match home {
            Home::Nowhere => return home,
            Home::Small => &mut self.small,
            Home::Main | Home::Late | Home::Once => &mut self.main,
        };
        *node = Node::FREE;
        ends.length -= 1;
        match self.nodes.get_mut(newer as usize) {
            Some(node) => *node = Node::new(node.newer(), older, node.home()),
            None => ends.newest = older,
        }
        match self.nodes.get_mut(older as usize) {
            Some(node) => *node = Node::new(newer, node.older(), node.home()),
            None => ends.oldest = newer,
        }
        home
    }

    /// Takes the oldest slot out of the small queue.
    pub(super) fn pop_small(&mut self) -> Option<u32> {
        let slot = self.small.oldest;
        (self.take(slot) != Home::Nowhere).then_some(slot)
    }

    /// Takes the oldest slot out of the main queue, and tells how it came there.
    pub(super) fn pop_main(&mut self) -> Option<(u32, Home)> {
        let slot = self.main.oldest;
        match self.take(slot) {
            Home::Nowhere => None,
            home => Some((slot, home)),
        }
    }

    /// Doubles the links, but not beyond what is expected as long as that is enough.
    fn make_room(&mut self, slot: u32) {
        assert!(slot < NONE, "fewer than 2^30 entries in a shard");
        let (needed, has) = (slot as usize + 1, self.nodes.capacity());
        if needed > has {
            let bound = if needed <= self.expected {
                self.expected
            } else {
                needed + needed / 8
            };
            let room = (2 * has).max(needed).max(4).min(bound);
            self.nodes.reserve_exact(room - self.nodes.len());
        }
        if needed > self.nodes.len() {
            self.nodes.resize(needed, Node::FREE);
        }
    }
}

impl Ends {
    const EMPTY: Self = Self {
        newest: NONE,
        oldest: NONE,
        length: 0,
    };
}

impl Node {
    const FREE: Self = Self::new(NONE, NONE, Home::Nowhere);

    const fn new(newer: u32, older: u32, home: Home) -> Self {
        Self((newer as u64) << 33 | (older as u64) << 3 | home as u64)
    }

    #[allow(clippy::cast_possible_truncation)] // 30 bits are left
    const fn newer(self) -> u32 {
        (self.0 >> 33) as u32
    }

    #[allow(clippy::cast_possible_truncation)] // 30 bits are left
    const fn older(self) -> u32 {
        (self.0 >> 3) as u32 & NONE
    }

    const fn home(self) -> Home {
        match self.0 & 7 {
            0 => Home::Nowhere,
            1 => Home::Small,
            2 => Home::Main,
            3 => Home::Late,
            _ => Home::Once,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_leave_in_the_order_they_came() {
        let mut queues = Queues::new(4);
        (0..9).for_each(|slot| queues.push(slot, Home::Main));
        queues.push(9, Home::Late);
        for slot in [4, 0, 8, 4, 77] {
            queues.take(slot);
        }
        queues.push(4, Home::Main);
        let left: Vec<_> = std::iter::from_fn(|| queues.pop_main()).collect();
        let late = left.iter().position(|(_, home)| *home == Home::Late);
        let left: Vec<_> = left.into_iter().map(|(slot, _)| slot).collect();
        assert_eq!((left, late), (vec![1, 2, 3, 5, 6, 7, 9, 4], Some(6)));
        assert_eq!((queues.main_length(), queues.pop_small()), (0, None));
    }

    #[test]
    fn a_slot_may_change_queues_any_number_of_times() {
        let mut queues = Queues::new(8);
        for round in 0..1000 {
            let home = if round % 3 == 0 {
                Home::Small
            } else {
                Home::Main
            };
            queues.take(round % 7);
            queues.push(round % 7, home);
        }
        assert_eq!(queues.small_length() + queues.main_length(), 7);
        let small: Vec<_> = std::iter::from_fn(|| queues.pop_small()).collect();
        let main: Vec<_> = std::iter::from_fn(|| queues.pop_main()).collect();
        assert_eq!(small, [993 % 7, 996 % 7, 999 % 7]);
        assert_eq!(main.len(), 4);
    }

    #[test]
    fn links_are_not_laid_in_for_more_slots_than_are_expected() {
        let mut queues = Queues::new(1001);
        (0..1001).for_each(|slot| queues.push(slot, Home::Main));
        assert_eq!(queues.nodes.capacity(), 1001);
        assert_eq!(size_of::<Node>(), 8);
    }
}
