//! Doubly linked lists of keys; a key is in at most one of the lists that share their [`Links`].

const NONE: u32 = u32::MAX;

/// The neighbours of each key.
pub(super) struct Links(Vec<(u32, u32)>);

/// Keys from front to back.
#[derive(Clone, Copy)]
pub(super) struct List {
    front: u32,
    back: u32,
    len: usize,
}

impl Links {
    pub(super) fn new(keys: usize) -> Self {
        Self(vec![(NONE, NONE); keys])
    }

    /// The neighbour towards the front.
    pub(super) fn before(&self, key: u32) -> Option<u32> {
        Some(self.0[key as usize].0).filter(|&key| key != NONE)
    }
}

impl List {
    pub(super) const fn new() -> Self {
        Self {
            front: NONE,
            back: NONE,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn back(&self) -> Option<u32> {
        Some(self.back).filter(|&key| key != NONE)
    }

    pub(super) fn push_front(&mut self, links: &mut Links, key: u32) {
        links.0[key as usize] = (NONE, self.front);
        match self.front {
            NONE => self.back = key,
            front => links.0[front as usize].0 = key,
        }
        self.front = key;
        self.len += 1;
    }

    pub(super) fn remove(&mut self, links: &mut Links, key: u32) {
        let (before, after) = links.0[key as usize];
        match before {
            NONE => self.front = after,
            before => links.0[before as usize].1 = after,
        }
        match after {
            NONE => self.back = before,
            after => links.0[after as usize].0 = before,
        }
        self.len -= 1;
    }

    pub(super) fn pop_back(&mut self, links: &mut Links) -> Option<u32> {
        let key = self.back()?;
        self.remove(links, key);
        Some(key)
    }

    pub(super) fn move_to_front(&mut self, links: &mut Links, key: u32) {
        self.remove(links, key);
        self.push_front(links, key);
    }
}
