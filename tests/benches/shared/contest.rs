//! Who does the same in two ways, and how long each takes.

use std::time::Instant;

use cache_tests::rounds::interleave;

/// Who takes part: a sample is the microseconds that a call takes.
pub(crate) struct Contender<'a> {
    name: &'static str,
    sample: Box<dyn FnMut() -> f64 + 'a>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: &'static str, sample: impl FnMut() -> f64 + 'a) -> Self {
        Self {
            name,
            sample: Box::new(sample),
        }
    }

    /// Who makes so many calls in one go.
    pub(crate) fn of_calls(
        name: &'static str,
        calls: usize,
        mut run: impl FnMut(usize) + 'a,
    ) -> Self {
        Self::new(name, move || {
            let start = Instant::now();
            run(calls);
            start.elapsed().as_secs_f64() * 1e6 / calls as f64
        })
    }
}

/// One comparison.
pub(crate) struct Row {
    pub(crate) ours: String,
    pub(crate) ours_micros: f64,
    pub(crate) peer: String,
    pub(crate) peer_micros: f64,
    pub(crate) ratio: f64,
    pub(crate) limit: Option<f64>,
}

impl Row {
    /// Whether it is as it should be.
    pub(crate) fn verdict(&self) -> &'static str {
        match self.limit {
            None => "",
            Some(limit) if self.ratio <= limit => "holds",
            Some(_) => "does not hold",
        }
    }

    pub(crate) fn line(&self) -> String {
        let limit = self
            .limit
            .map(|limit| limit.to_string())
            .unwrap_or_default();
        let numbers = [self.ours_micros, self.peer_micros, self.ratio].map(|it| it.to_string());
        [
            &self.ours,
            &self.peer,
            &numbers[0],
            &numbers[1],
            &numbers[2],
            &limit,
        ]
        .map(String::as_str)
        .join("\t")
    }

    /// Reads what [`line`](Self::line) has written.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let [ours, peer, ours_micros, peer_micros, ratio, limit] =
            line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        Some(Self {
            ours: ours.to_owned(),
            ours_micros: ours_micros.parse().ok()?,
            peer: peer.to_owned(),
            peer_micros: peer_micros.parse().ok()?,
            ratio: ratio.parse().ok()?,
            limit: limit.parse().ok(),
        })
    }
}

/// Compares one with others, each with the ratio that there may be at most.
pub(crate) fn compare(
    rounds: usize,
    ours: Contender<'_>,
    peers: Vec<(Contender<'_>, Option<f64>)>,
) -> Vec<Row> {
    let (peers, limits): (Vec<_>, Vec<_>) = peers.into_iter().unzip();
    let mut all: Vec<_> = std::iter::once(ours).chain(peers).collect();
    let samples = interleave(all.len(), rounds, |n| (all[n].sample)());
    let row = |(n, limit): (usize, Option<f64>)| Row {
        ours: all[0].name.to_owned(),
        ours_micros: samples.median(0),
        peer: all[n].name.to_owned(),
        peer_micros: samples.median(n),
        ratio: samples.ratio(0, n),
        limit,
    };
    (1..).zip(limits).map(row).collect()
}
