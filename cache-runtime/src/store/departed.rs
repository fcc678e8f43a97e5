use std::collections::HashMap;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Expired,
    Evicted,
    Invalidated,
}
#[derive(Debug)]
pub(crate) struct Departed(HashMap<u64, Reason>);
impl Departed {
    pub(crate) fn new(_: usize) -> Self {
        Self(HashMap::new())
    }
    pub(crate) fn note(&mut self, h: u64, r: Reason) {
        self.0.insert(h, r);
    }
    pub(crate) fn take(&mut self, h: u64) -> Option<Reason> {
        self.0.remove(&h)
    }
}
