use std::sync::atomic::*;
#[derive(Debug, Default)]
pub(crate) struct Heat(Vec<AtomicU8>);
impl Heat {
    pub(crate) fn touch(&self, s: u32) {
        self.0[s as usize].store(1, Ordering::Relaxed);
    }
    pub(crate) fn reset(&mut self, s: u32) {
        while self.0.len() <= s as usize {
            self.0.push(AtomicU8::new(0));
        }
        *self.0[s as usize].get_mut() = 0;
    }
}
pub(crate) trait Policy: Send + Sync + std::fmt::Debug {
    fn insert(&mut self, s: u32, h: u64);
    fn remove(&mut self, s: u32);
    fn victim(&mut self, h: &Heat) -> Option<u32>;
    fn clear(&mut self);
}
pub(crate) enum PolicyKind {
    S3Fifo { capacity: usize },
    Unbounded,
}
impl PolicyKind {
    pub(crate) fn build(self) -> Box<dyn Policy> {
        if let Self::S3Fifo { capacity } = self {
            let _ = capacity;
        }
        Box::new(Fifo(Default::default()))
    }
}
#[derive(Debug)]
struct Fifo(std::collections::VecDeque<u32>);
impl Policy for Fifo {
    fn insert(&mut self, s: u32, _: u64) {
        self.0.push_back(s)
    }
    fn remove(&mut self, s: u32) {
        self.0.retain(|x| *x != s)
    }
    fn victim(&mut self, _: &Heat) -> Option<u32> {
        self.0.pop_front()
    }
    fn clear(&mut self) {
        self.0.clear()
    }
}
