//! Hits, and hits with inserts, on 1 to 8 threads.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use cache_tests::random::{Random, Zipf};

use super::hits::FLOOR;
use crate::measure::{Samples, interleave, median, thread_time, used_since};
use crate::options::Options;
use crate::peers::{
    Contender, F, Function, H, by_cached, dashmap, floor, moka, ours, pairs, quick_cache, texts,
};
use crate::plot::Plot;
use crate::report::Report;
use cache_tests::table::{Table, number};

ours! { hit_timed [f] (timeout = 60, max_entries = 20_000) }
ours! { hit_plain [f] (timeout = never, unbounded) }
by_cached! { hit_cached cached [f] () }
by_cached! { hit_cached_both cached [f] (max_size = 20_000, ttl_secs = 60) }
by_cached! { hit_concurrent concurrent_cached [f] () }
by_cached! { hit_concurrent_both concurrent_cached [f] (max_size = 20_000, ttl_secs = 60) }

ours! { mix_timed [f] (timeout = 60, max_entries = 400_000) }
ours! { mix_plain [f] (timeout = never, unbounded) }
by_cached! { mix_cached cached [f] () }
by_cached! { mix_cached_both cached [f] (max_size = 400_000, ttl_secs = 60) }
by_cached! { mix_concurrent concurrent_cached [f] () }

ours! { full_timed [h] (timeout = 60, max_entries = 10_000) }
by_cached! { full_cached_both cached [h] (max_size = 10_000, ttl_secs = 60) }
by_cached! { full_concurrent_both concurrent_cached [h] (max_size = 10_000, ttl_secs = 60) }

const THREADS: [usize; 4] = [1, 2, 4, 8];
const OURS: &str = "ours: default, `timeout = 60`";
const PLAIN: &str = "ours: `timeout = never`, unbounded";
const DASHMAP: &str = "dashmap, foldhash";
const CACHED: &str = "cached";
const CACHED_BOTH: &str = "cached, `max_size` + `ttl`";
const CONCURRENT: &str = "concurrent_cached";
const CONCURRENT_BOTH: &str = "concurrent_cached, `max_size` + `ttl`";
const QUICK_CACHE: &str = "quick_cache";
/// Calls between two looks at whether time is up.
const STRIDE: usize = 1_024;

type Key = (u64, u64);

pub(crate) fn run(options: &Options, report: &mut Report) {
    hits(options, report);
    mix(options, report);
    full(options, report);
}

fn hits(options: &Options, report: &mut Report) {
    let resident = pairs(10_000);
    let contenders: [Contender<'_, Key>; 10] = [
        floor::<F, _, true>(FLOOR, &resident),
        Contender::new(OURS, |&(a, b)| hit_timed::f(a, b)),
        Contender::new(PLAIN, |&(a, b)| hit_plain::f(a, b)),
        dashmap::<F, _>().named(DASHMAP),
        Contender::new(CACHED, |&(a, b)| hit_cached::f(a, b)),
        Contender::new(CACHED_BOTH, |&(a, b)| hit_cached_both::f(a, b)),
        Contender::new(CONCURRENT, |&(a, b)| hit_concurrent::f(a, b)),
        Contender::new(CONCURRENT_BOTH, |&(a, b)| hit_concurrent_both::f(a, b)),
        quick_cache::<F, _>(20_000),
        moka::<F, _>(20_000, false),
    ];
    for contender in &contenders {
        contender.call(&resident);
    }
    let keys = popular(&resident, 1 << 18);
    let time = Duration::from_millis(if options.quick { 10 } else { 25 });
    let rates = Rates::measure(&contenders, options.rounds(13, 3), |contender, threads| {
        timed(contender, threads, &keys, time)
    });
    rates.hit_facts(report);
    let note = "10 000 resident entries, keys by Zipf 0.99, every call a hit. The floor is a map that all threads \
                read and nobody writes: more than it makes nobody can.";
    let table = rates.table([DASHMAP, CACHED]);
    report.table("Hits on many threads", &rates.note(note), &table);
    report.plot("threads.svg", rates.plot());
}

fn mix(options: &Options, report: &mut Report) {
    let resident = pairs(100_000);
    let contenders: [Contender<'_, Key>; 9] = [
        floor::<F, _, true>(FLOOR, &resident),
        Contender::new(OURS, |&(a, b)| mix_timed::f(a, b)).clearing(mix_timed::invalidate_all_f),
        Contender::new(PLAIN, |&(a, b)| mix_plain::f(a, b)).clearing(mix_plain::invalidate_all_f),
        dashmap::<F, _>().named(DASHMAP),
        Contender::new(CACHED, |&(a, b)| mix_cached::f(a, b)).clearing(clears::cached),
        Contender::new(CACHED_BOTH, |&(a, b)| mix_cached_both::f(a, b))
            .clearing(clears::cached_both),
        Contender::new(CONCURRENT, |&(a, b)| mix_concurrent::f(a, b)).clearing(clears::concurrent),
        quick_cache::<F, _>(400_000),
        moka::<F, _>(400_000, false),
    ];
    let keys = popular(&resident, 1 << 20);
    let calls = options.rounds(400_000, 200_000);
    let fresh = || {
        static FRESH: AtomicU64 = AtomicU64::new(1 << 32);
        (FRESH.fetch_add(1, Relaxed), 0)
    };
    let rates = Rates::measure(&contenders, options.rounds(7, 3), |contender, threads| {
        contender.clear();
        contender.call(&resident);
        counted(contender, threads, &mixed(&keys, calls, 20, fresh))
    });
    report.fact(
        "2 threads, inserts / dashmap",
        rates.ratio(OURS, DASHMAP, 2),
    );
    let note = "100 000 resident entries, keys by Zipf 0.99; one call in twenty \
                is for a key that was never asked for, computes and stores. The bound is out of reach, and every \
                sample begins with the same entries. The floor stores nothing.";
    report.table(
        "95 % hits, 5 % inserts on many threads",
        note,
        &rates.table([DASHMAP, CACHED]),
    );
}

fn full(options: &Options, report: &mut Report) {
    const CAPACITY: usize = 10_000;
    let texts = texts(20 * CAPACITY);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (resident, others) = texts.split_at(CAPACITY);
    let contenders: [Contender<'_, &str>; 5] = [
        Contender::new(OURS, |&text| H::digest(full_timed::h(text))),
        Contender::new(CACHED_BOTH, |&text| H::digest(full_cached_both::h(text))),
        Contender::new(CONCURRENT_BOTH, |&text| {
            H::digest(full_concurrent_both::h(text))
        }),
        quick_cache::<H, _>(CAPACITY),
        moka::<H, _>(CAPACITY as u64, false),
    ];
    for contender in &contenders {
        contender.call(resident);
    }
    let keys = popular(resident, 1 << 18);
    let calls = options.rounds(400_000, 200_000);
    let next = AtomicUsize::new(0);
    // By the time that one comes again it has long made room.
    let fresh = || others[next.fetch_add(1, Relaxed) % others.len()];
    let rates = Rates::measure(&contenders, options.rounds(7, 3), |contender, threads| {
        counted(contender, threads, &mixed(&keys, calls, 100, fresh))
    });
    let note = "`&str -> Arc<str>`, full at 10 000 entries, keys by Zipf 0.99 of as many; one call in a hundred is for a \
                key that is not there, and another entry has to leave for it.";
    report.table(
        "A full store on many threads",
        &rates.note(note),
        &rates.table([QUICK_CACHE, CACHED_BOTH]),
    );
}

/// Clears the functions of the mix, whose statics live by name.
mod clears {
    use cached::Cached;

    pub(super) fn cached() {
        super::mix_cached::F.write().cache_clear();
    }

    pub(super) fn cached_both() {
        super::mix_cached_both::F.write().cache_clear();
    }

    pub(super) fn concurrent() {
        super::mix_concurrent::F.clear();
    }
}

/// Keys as popular as they are near the front, so many draws of them.
fn popular<K: Copy>(resident: &[K], draws: usize) -> Vec<K> {
    let count = u32::try_from(resident.len()).expect("few keys");
    let (zipf, mut random) = (Zipf::new(count, 0.99), Random::new(6));
    let mut draw = || resident[zipf.draw(&mut random) as usize];
    std::iter::repeat_with(&mut draw).take(draws).collect()
}

/// Calls for so long, each thread from another place in the list.
fn timed(contender: &Contender<'_, Key>, threads: usize, keys: &[Key], time: Duration) -> Sample {
    let over = AtomicBool::new(false);
    let strides: Vec<&[Key]> = keys.chunks_exact(STRIDE).collect();
    let body = |thread: usize| {
        let from = thread * strides.len() / threads;
        let mut calls = 0;
        for keys in strides.iter().cycle().skip(from) {
            contender.call(keys);
            calls += STRIDE;
            if over.load(Relaxed) {
                break;
            }
        }
        calls
    };
    Sample::of(threads, body, || {
        thread::sleep(time);
        over.store(true, Relaxed);
    })
}

/// So many keys, one of `every` of them fresh.
fn mixed<K: Copy>(keys: &[K], calls: usize, every: usize, fresh: impl Fn() -> K) -> Vec<K> {
    let mut mixed: Vec<_> = keys.iter().copied().cycle().take(calls).collect();
    mixed
        .iter_mut()
        .step_by(every)
        .for_each(|key| *key = fresh());
    mixed
}

/// Calls with each key once, each thread with another part of them.
fn counted<K: Sync>(contender: &Contender<'_, K>, threads: usize, keys: &[K]) -> Sample {
    let share = keys.len() / threads;
    let body = |thread: usize| {
        contender.call(&keys[thread * share..][..share]);
        share
    };
    Sample::of(threads, body, || ())
}

/// What threads have done together.
struct Sample {
    /// Millions of calls per second.
    rate: f64,
    /// How much of the CPU time that they could have had they had.
    share: f64,
}

impl Sample {
    /// Runs the body, which says how many calls it made, on threads that begin together.
    fn of(threads: usize, body: impl Fn(usize) -> usize + Sync, meanwhile: impl FnOnce()) -> Self {
        let watched = |thread: usize| {
            let (start, used) = (Instant::now(), thread_time());
            let calls = body(thread);
            (calls, start, Instant::now(), used_since(used))
        };
        let all = together(threads, watched, meanwhile);
        let calls: usize = all.iter().map(|(calls, ..)| calls).sum();
        let used: Duration = all.iter().map(|&(.., used)| used).sum();
        let start = all.iter().map(|&(_, start, ..)| start).min();
        let end = all.iter().map(|&(_, _, end, _)| end).max();
        let time = end
            .zip(start)
            .map_or(Duration::ZERO, |(end, start)| end - start);
        let cores = available_parallelism().map_or(1, usize::from).min(threads);
        Self {
            rate: calls as f64 / time.as_secs_f64() / 1e6,
            share: used.as_secs_f64() / time.as_secs_f64() / cores as f64,
        }
    }

    /// The least disturbed of a few samples: a thread that others keep from running contends for nothing.
    fn undisturbed(mut take: impl FnMut() -> Self) -> Self {
        /// A sample this good is as good as any.
        const ENOUGH: f64 = 0.9;
        const TRIES: usize = 3;
        let mut best = take();
        for _ in 1..TRIES {
            if best.share >= ENOUGH {
                break;
            }
            let another = take();
            if another.share > best.share {
                best = another;
            }
        }
        best
    }
}

/// Runs the body on threads that begin together, and something else meanwhile.
fn together<R: Send>(
    threads: usize,
    body: impl Fn(usize) -> R + Sync,
    meanwhile: impl FnOnce(),
) -> Vec<R> {
    let start = Barrier::new(threads + 1);
    thread::scope(|scope| {
        let spawn = |thread| {
            let (start, body) = (&start, &body);
            scope.spawn(move || {
                start.wait();
                body(thread)
            })
        };
        let handles: Vec<_> = (0..threads).map(spawn).collect();
        start.wait();
        meanwhile();
        let join = |handle: thread::ScopedJoinHandle<'_, R>| handle.join().expect("no call panics");
        handles.into_iter().map(join).collect()
    })
}

/// Calls per second, by contender and number of threads.
struct Rates {
    names: Vec<&'static str>,
    samples: Samples,
    /// How much of the machine the samples had.
    share: f64,
}

impl Rates {
    /// What must be known to read the table.
    fn note(&self, about: &str) -> String {
        format!(
            "Wall clock, all threads together; the threads had {:.0} % of the CPU time that these cores have. {about}",
            100.0 * self.share
        )
    }

    fn measure<K>(
        contenders: &[Contender<'_, K>],
        rounds: usize,
        mut sample: impl FnMut(&Contender<'_, K>, usize) -> Sample,
    ) -> Self {
        let mut shares = Vec::new();
        let samples = interleave(contenders.len() * THREADS.len(), rounds, |turn| {
            let contender = &contenders[turn / THREADS.len()];
            let threads = THREADS[turn % THREADS.len()];
            let sample = Sample::undisturbed(|| sample(contender, threads));
            shares.push(sample.share);
            sample.rate
        });
        Self {
            names: contenders.iter().map(|contender| contender.name).collect(),
            samples,
            share: median(shares),
        }
    }

    fn turn(&self, name: &str, threads: usize) -> usize {
        let contender = self.names.iter().position(|&known| known == name);
        let column = THREADS.iter().position(|&known| known == threads);
        let (contender, column) = contender.zip(column).expect("it was measured");
        contender * THREADS.len() + column
    }

    fn median(&self, name: &str, threads: usize) -> f64 {
        self.samples.median(self.turn(name, threads))
    }

    fn ratio(&self, name: &str, base: &str, threads: usize) -> f64 {
        self.samples
            .ratio(self.turn(name, threads), self.turn(base, threads))
    }

    /// What more threads gain.
    fn gain(&self, name: &str, threads: usize, base: usize) -> f64 {
        self.samples
            .ratio(self.turn(name, threads), self.turn(name, base))
    }

    fn hit_facts(&self, report: &mut Report) {
        report.fact("2 threads / 1", self.gain(OURS, 2, 1));
        report.fact("8 threads / 2", self.gain(OURS, 8, 2));
        report.fact("2 threads / dashmap", self.ratio(OURS, DASHMAP, 2));
        report.fact("2 threads / cached", self.ratio(OURS, CACHED, 2));
        report.fact("2 threads / concurrent", self.ratio(OURS, CONCURRENT, 2));
    }

    /// `bases` are those that the others are compared with.
    fn table(&self, bases: [&str; 2]) -> Table {
        let head = [
            "millions of calls per second",
            "1 thread",
            "2 threads",
            "4 threads",
            "8 threads",
            "2 over 1",
            "8 over 2",
        ];
        let compared =
            bases.map(|base| format!("x {} at 2", base.split(',').next().unwrap_or(base)));
        let head: Vec<_> = head
            .into_iter()
            .chain(compared.iter().map(String::as_str))
            .collect();
        let mut table = Table::new(&head);
        for name in &self.names {
            let rates = THREADS.map(|threads| self.median(name, threads));
            let gains = [self.gain(name, 2, 1), self.gain(name, 8, 2)];
            let ratios = bases.map(|base| self.ratio(name, base, 2));
            let cells = rates.into_iter().chain(gains).chain(ratios).map(number);
            table.row(std::iter::once((*name).to_owned()).chain(cells));
        }
        table
    }

    fn plot(&self) -> Plot {
        let bar = |name: &&'static str| (name.replace('`', ""), self.median(name, 2));
        let mut bars: Vec<_> = self.names.iter().map(bar).collect();
        bars.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        Plot::new(
            "Hits on two threads: Zipf 0.99 over 10 000 entries",
            "millions of calls per second",
            bars,
        )
    }
}
