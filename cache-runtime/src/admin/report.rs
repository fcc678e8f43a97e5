//! What the caches do, as JSON.

use std::hash::BuildHasher;
use std::process;
use std::time::Duration;

use foldhash::fast::RandomState;
use once_cell::sync::Lazy;
use serde_json::{Value, json};

use super::Admin;
use super::subjects::{Subject, subjects};
use crate::clock::Moment;
use crate::codec::canonical::read_keys;
use crate::record::history::{TICK, TICKS, Track, history};
use crate::record::{Known, Run};
use crate::registry::{self, Function, Lives, MorePolicy};
use crate::shared;
use crate::site::flight::CameTo;
use crate::site::{AnyInstance, Site};
use crate::stats::{Event, Stats};

/// So many entries are shown of a function.
const SHOWN: usize = 200;

/// Everything but details; with `since`, of the functions only those of which something is new.
pub(super) fn overview(admin: &Admin, since: Option<u64>) -> Value {
    static PROCESS: Lazy<String> =
        Lazy::new(|| format!("{:016x}", RandomState::default().hash_one(0)));
    let (all, history) = (subjects(), history());
    let functions = all.iter().filter_map(|subject| {
        let track = history.track(subject.site.address());
        let function = registry::describe(subject.site);
        let is_new = since.is_none_or(|since| match track {
            Some(track) => track.is_new_since(since, &function.stats),
            None => function.stats != Stats::default(),
        });
        is_new.then(|| summary(subject, &function, track, since.unwrap_or(0)))
    });
    json!({
        "process": { "id": *PROCESS, "pid": process::id(), "version": env!("CARGO_PKG_VERSION") },
        "tick": history.tick,
        "tick_seconds": TICK.as_secs_f64(),
        "ticks": TICKS,
        "allows_invalidation": admin.allow_invalidation,
        "shows_keys": admin.show_keys,
        "backend": backend(),
        "count": all.len(),
        "functions": functions.collect::<Vec<_>>(),
    })
}

/// One function, with details.
pub(super) fn detail(admin: &Admin, subject: &Subject) -> Value {
    let (site, state) = (subject.site, subject.site.state());
    let (now, instances) = (state.realm.clock.now(), state.instances());
    let (track, tick) = {
        let history = history();
        (history.track(site.address()).cloned(), history.tick)
    };
    let function = registry::describe(site);
    let mut all = summary(subject, &function, track.as_ref(), 0);
    let keys: Vec<_> = instances
        .iter()
        .flat_map(|instance| instance.store().keys().known())
        .collect();
    let arguments_of = |hash: u64| {
        let known = keys
            .iter()
            .find(|known| admin.show_keys && known.hash == hash)?;
        arguments(site, known)
    };
    let runs = state.counters.record.runs.latest();
    let runs = runs
        .iter()
        .map(|run| described(run, subject.is_layer, now, arguments_of(run.hash).as_ref()));
    let oldest = instances
        .iter()
        .filter_map(|instance| instance.store().oldest(now))
        .min();
    all["tick"] = tick.into();
    all["oldest_age_seconds"] = oldest.map(|oldest| now.since(oldest).as_secs_f64()).into();
    all["runs"] = runs.collect();
    all["changes"] = changes(track.as_ref(), tick);
    all["keys"] = entries(admin, site, &instances, now);
    all
}

/// The arguments of a key: a list, or a text if it is a route.
pub(super) fn arguments(site: &Site, known: &Known) -> Option<Value> {
    if site.routed {
        return Some(String::from_utf8_lossy(&known.wire).into());
    }
    read_keys(&known.wire).map(Value::from)
}

fn summary(subject: &Subject, function: &Function, track: Option<&Track>, since: u64) -> Value {
    let stats = &function.stats;
    let more = function.policy.more.as_ref();
    let is_weighed = more.is_some_and(|more| more.max_weight.is_some());
    let weight = || -> u64 {
        let instances = subject.site.state().instances();
        instances
            .iter()
            .map(|instance| instance.store().weight())
            .sum()
    };
    let lives = match function.lives {
        Lives::Shared(name) if !subject.is_layer => name,
        _ => "process",
    };
    let points = track.into_iter().flat_map(|track| &track.points);
    let points = points.filter(|point| point.tick > since);
    let history =
        points.map(|point| json!([point.tick, point.answered, point.misses, point.bypasses]));
    json!({
        "name": subject.name,
        "kind": if subject.is_layer { "responses" } else { "function" },
        "file": function.file,
        "line": function.line,
        "lives": lives,
        "policy": policy(function, more),
        "calls": stats.calls(),
        "hit_ratio": (stats.calls() > stats.bypasses).then(|| stats.hit_ratio()),
        "hits": stats.hits,
        "stale_hits": stats.stale_hits,
        "coalesced": stats.coalesced,
        "bypasses": stats.bypasses,
        "misses": {
            "cold": stats.misses.cold,
            "expired": stats.misses.expired,
            "invalidated": stats.misses.invalidated,
            "evicted": stats.misses.evicted,
            "forced": stats.misses.forced,
            "undecodable": stats.misses.undecodable,
        },
        "refreshes": stats.refreshes,
        "failed_refreshes": stats.failed_refreshes,
        "stores": stats.stores,
        "rejected_stores": stats.rejected_stores,
        "evictions": stats.evictions,
        "expirations": stats.expirations,
        "invalidations": stats.invalidations,
        "backend_errors": stats.backend_errors,
        "loads": loads(subject.site, stats),
        "entries": function.entries,
        "weight": is_weighed.then(weight),
        "history": history.collect::<Vec<_>>(),
    })
}

fn policy(function: &Function, more: Option<&MorePolicy>) -> Value {
    let policy = &function.policy;
    let mut all = json!({
        "timeout": policy.timeout.to_string(),
        "max_entries": policy.max_entries.to_string(),
        "enabled": policy.enabled,
        "local": policy.local,
        "version": policy.version,
    });
    if let Some(more) = more {
        let seconds = |time: Option<Duration>| Value::from(time.map(|time| time.as_secs_f64()));
        all["idle_seconds"] = seconds(more.idle);
        all["jitter"] = more.jitter.into();
        all["stale_while_revalidate_seconds"] = seconds(more.stale_while_revalidate);
        all["stale_if_error_seconds"] = seconds(more.stale_if_error);
        all["refresh_ahead"] = more.refresh_ahead.into();
        all["max_weight"] = more.max_weight.into();
        all["coalesce"] = more.coalesce.into();
        all["depends"] = more.depends.into();
    }
    all
}

fn loads(site: &'static Site, stats: &Stats) -> Value {
    let times = site
        .state()
        .counters
        .record
        .loads
        .times(stats.load_time_max);
    let max = times.is_some().then_some(stats.load_time_max.as_secs_f64());
    json!({
        "count": times.as_ref().map_or(0, |times| times.count),
        "median_seconds": times.as_ref().map(|times| times.median.as_secs_f64()),
        "p99_seconds": times.as_ref().map(|times| times.p99.as_secs_f64()),
        "max_seconds": max,
    })
}

fn described(run: &Run, of_layer: bool, now: Moment, arguments: Option<&Value>) -> Value {
    let why = match run.event {
        Event::Cold => "cold",
        Event::Expired => "expired",
        Event::Invalidated => "invalidated",
        Event::Evicted => "evicted",
        Event::Forced => "forced",
        Event::Undecodable => "undecodable",
        Event::Refresh | Event::FailedRefresh => "refresh",
        _ => "stale",
    };
    let came_to = match run.came_to {
        CameTo::Value => "value",
        CameTo::Error if of_layer => "not_kept",
        CameTo::Error => "error",
        CameTo::OldValue => "old_value",
        CameTo::Nothing => "nothing",
    };
    json!({
        "age_seconds": now.since(run.at).as_secs_f64(),
        "why": why,
        "came_to": came_to,
        "took_seconds": run.took.as_secs_f64(),
        "arguments": arguments,
    })
}

fn changes(track: Option<&Track>, tick: u64) -> Value {
    let changes = track
        .into_iter()
        .flat_map(|track| track.changes.iter().rev());
    let ticks =
        |ticks: u64| TICK.as_secs_f64() * f64::from(u32::try_from(ticks).unwrap_or(u32::MAX));
    let changes = changes.map(|change| {
        json!({
            "age_seconds": ticks(tick.saturating_sub(change.tick)),
            "what": change.what,
            "count": change.count,
        })
    });
    changes.collect()
}

/// The entries of a function that are known by their keys.
fn entries(
    admin: &Admin,
    site: &Site,
    instances: &[&'static dyn AnyInstance],
    now: Moment,
) -> Value {
    let opaque = instances
        .iter()
        .any(|instance| instance.store().keys().are_opaque());
    let state = match (admin.show_keys, opaque) {
        (false, _) => "hidden",
        (true, true) => "opaque",
        (true, false) => "shown",
    };
    let stores = instances.iter().map(|instance| instance.store());
    let known = stores.flat_map(|store| {
        store
            .keys()
            .known()
            .into_iter()
            .map(move |known| (store, known))
    });
    let there = known.filter_map(|(store, known)| {
        let (stored_at, leaves_at) = store.times_of(known.hash)?;
        let expires_in = (leaves_at < Moment::FOR_EVER).then(|| leaves_at.since(now).as_secs_f64());
        (leaves_at > now).then_some(())?;
        Some(json!({
            "id": format!("{:016x}", known.hash),
            "arguments": arguments(site, &known)?,
            "age_seconds": now.since(stored_at).as_secs_f64(),
            "expires_in_seconds": expires_in,
        }))
    });
    let shown = if admin.show_keys { SHOWN } else { 0 };
    json!({ "state": state, "entries": there.take(shown).collect::<Vec<_>>() })
}

fn backend() -> Option<Value> {
    let hub = shared::hub()?;
    let health = hub.health();
    let times = health.times.as_ref();
    let failure = health
        .last_failure
        .map(|(age, message)| json!({ "age_seconds": age.as_secs_f64(), "message": message }));
    Some(json!({
        "name": hub.name(),
        "state": if health.open { "open" } else { "closed" },
        "failures": health.failures,
        "undelivered": health.undelivered,
        "operations": times.map_or(0, |times| times.count),
        "median_seconds": times.map(|times| times.median.as_secs_f64()),
        "p99_seconds": times.map(|times| times.p99.as_secs_f64()),
        "last_failure": failure,
    }))
}
