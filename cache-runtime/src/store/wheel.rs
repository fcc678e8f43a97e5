#[derive(Debug)]
pub(crate) struct Wheel(std::collections::BTreeSet<(u64, u32)>);
impl Wheel {
    pub(crate) fn new() -> Self {
        Self(Default::default())
    }
    pub(crate) fn schedule(&mut self, s: u32, due: u64) {
        self.cancel(s);
        self.0.insert((due, s));
    }
    pub(crate) fn cancel(&mut self, s: u32) {
        self.0.retain(|x| x.1 != s);
    }
    pub(crate) fn advance(&mut self, now: u64, f: &mut dyn FnMut(u32), limit: usize) {
        for _ in 0..limit {
            let Some(&(d, s)) = self.0.first() else {
                return;
            };
            if d > now {
                return;
            }
            self.0.pop_first();
            f(s);
        }
    }
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.0.first().map(|x| x.0)
    }
    pub(crate) fn clear(&mut self) {
        self.0.clear()
    }
}
