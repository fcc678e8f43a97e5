//! One Redis server: what is kept, what a restart does, and what a server that misbehaves costs.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use cache_runtime::Error;
use cache_runtime::backend::redis::{Redis, Target};
use cache_runtime::backend::{Answer, Backend, Change, Item, Version, When, behaviour};
use cache_tests::servers::redis::{Server, are_installed};
use cache_tests::{crowd, poll_once, wait_until};
use tokio::runtime::Runtime;

/// What an operation answers, as a caller has it that does not wait for ever.
pub(crate) fn ask<T>(answer: Answer<'_, T>) -> Result<T, Error> {
    static TIMERS: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    let answer = async { tokio::time::timeout(PATIENCE, answer).await };
    let late = |_| Err(Error::unreachable("no answer in time"));
    TIMERS.block_on(answer).unwrap_or_else(late)
}

/// How long a caller waits.
const PATIENCE: Duration = Duration::from_millis(500);

/// The item that all entries depend on.
pub(crate) const EPOCH: &str = "app:e";

/// A back end of one server.
pub(crate) fn open(url: &str) -> Redis {
    let url = url.to_owned();
    Redis::open(Target::Single { url }, EPOCH.to_owned()).expect("an address")
}

/// A set of an item that has no time to live.
pub(crate) fn set<'a>(name: &'a str, content: &'a [u8], when: When) -> Change<'a> {
    Change::Set {
        name,
        version: Version::fresh(),
        content,
        ttl: None,
        when,
    }
}

/// The version of an item, if the servers can be asked.
pub(crate) fn version(redis: &Redis, name: &str) -> Option<Version> {
    let read = ask(redis.get(&[], &[name])).ok()?;
    read.versions[0]
}

/// The item of that name.
pub(crate) fn item(redis: &Redis, name: &str) -> Option<Item> {
    let read = ask(redis.get(&[name], &[])).expect("the server answers");
    read.items.into_iter().next().flatten()
}

/// Waits until the servers can be asked, and returns the version of the epoch.
pub(crate) fn epoch(redis: &Redis) -> Version {
    wait_until(|| version(redis, EPOCH).is_some());
    version(redis, EPOCH).expect("the servers go on answering")
}

#[test]
fn it_keeps_every_promise() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    behaviour::check(&open(&server.url()), &open(&server.url()));
}

#[test]
fn what_is_set_is_read_with_its_version_and_its_time() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let fresh = Version::fresh();
    let change = Change::Set {
        name: "app:a",
        version: fresh,
        content: b"\0\r\n$-1",
        ttl: Some(Duration::from_secs(60)),
        when: When::Absent,
    };
    assert_eq!(ask(redis.change(&[change])).ok(), Some(vec![true]));
    let read = ask(redis.get(&["app:a", "app:b"], &["app:b", "app:a"])).expect("it answers");
    assert_eq!(read.versions, [None, Some(fresh)]);
    assert_eq!(read.items[1], None);
    let item = read.items[0].as_ref().expect("it is there");
    assert_eq!(
        (item.version, item.content.as_slice()),
        (fresh, &b"\0\r\n$-1"[..])
    );
    let remaining = item.remaining.expect("it expires");
    assert!(remaining > Duration::from_secs(55) && remaining <= Duration::from_secs(60));
}

#[test]
fn a_condition_and_its_set_are_one_step() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let made = |changes: &[Change<'_>]| ask(redis.change(changes)).expect("it answers");
    assert_eq!(made(&[set("app:a", b"1", When::Present)]), [false]);
    assert_eq!(made(&[set("app:a", b"1", When::Absent)]), [true]);
    assert_eq!(made(&[set("app:a", b"2", When::Absent)]), [false]);
    assert_eq!(made(&[set("app:a", b"2", When::Present)]), [true]);
    let now = version(&redis, "app:a").expect("it is there");
    let other = When::Unchanged(Version::fresh());
    assert_eq!(made(&[set("app:a", b"3", other)]), [false]);
    assert_eq!(made(&[set("app:b", b"3", other)]), [false]);
    let same = When::Unchanged(now);
    assert_eq!(
        made(&[set("app:a", b"3", same), set("app:a", b"4", same)]),
        [true, false]
    );
    assert_eq!(
        item(&redis, "app:a").map(|item| item.content),
        Some(b"3".to_vec())
    );
}

#[test]
fn what_stands_under_a_name_and_is_no_item_is_replaced_like_nothing() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    server.order(&["RPUSH", "app:list", "x"]);
    server.order(&["SET", "app:short", "x"]);
    for name in ["app:list", "app:short"] {
        assert_eq!(item(&redis, name), None);
        assert_eq!(version(&redis, name), None);
        let changes = [set(name, b"", When::Present), set(name, b"", When::Absent)];
        let made = ask(redis.change(&changes));
        assert_eq!(made.ok(), Some(vec![false, true]));
        assert!(item(&redis, name).is_some());
    }
}

#[test]
fn many_who_ask_at_once_get_what_each_wants() {
    const TASKS: usize = 200;
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let names: Vec<String> = (0..TASKS).map(|n| format!("app:{n}")).collect();
    let some = names.iter().step_by(2);
    let changes: Vec<_> = some
        .map(|name| set(name, name.as_bytes(), When::Always))
        .collect();
    assert!(ask(redis.change(&changes)).is_ok());
    let epoch = epoch(&redis);
    crowd(8, |_| {
        for (n, name) in names.iter().enumerate() {
            let other = names[TASKS - 1 - n].as_str();
            let items = [name.as_str(), other, name];
            let read = ask(redis.get(&items, &[EPOCH, name])).expect("it answers");
            let is_there = |n: usize| n.is_multiple_of(2);
            for (place, n) in [(0, n), (1, TASKS - 1 - n), (2, n)] {
                let content = read.items[place].as_ref().map(|item| &item.content);
                assert_eq!(
                    content.map(Vec::as_slice),
                    is_there(n).then_some(names[n].as_bytes())
                );
            }
            assert_eq!(read.versions[0], Some(epoch));
            assert_eq!(
                read.versions[1],
                read.items[0].as_ref().map(|item| item.version)
            );
        }
    });
}

#[test]
fn whoever_leaves_in_the_middle_keeps_nobody() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let names = [EPOCH];
    let ask_and_leave = || drop(poll_once(&mut redis.get(&names, &names)));
    ask_and_leave();
    epoch(&redis);
    for _ in 0..1_000 {
        ask_and_leave();
        drop(poll_once(&mut redis.change(&[set(
            "app:a",
            b"",
            When::Always,
        )])));
    }
    let stays = redis.get(&names, &[]);
    ask_and_leave();
    assert!(ask(stays).is_ok_and(|read| read.items[0].is_some()));
}

#[test]
fn a_lost_connection_is_made_anew_and_nothing_is_forgotten() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let before = epoch(&redis);
    for kind in ["normal", "normal"] {
        server.order(&["CLIENT", "KILL", "TYPE", kind]);
        assert_eq!(epoch(&redis), before);
    }
    assert_eq!(epoch(&open(&server.url())), before, "another process");
}

#[test]
fn a_restarted_server_makes_everything_older_a_miss() {
    if !are_installed() {
        return;
    }
    let mut server = Server::start();
    let (redis, other) = (open(&server.url()), open(&server.url()));
    let before = epoch(&redis);
    server.stop_hard();
    assert_eq!(version(&redis, EPOCH), None, "nobody is there");
    server.restart();
    let after = epoch(&redis);
    assert_ne!(before, after);
    assert_eq!(epoch(&other), after, "once for all processes");
}

#[test]
fn so_does_one_that_wakes_up_with_an_old_snapshot() {
    if !are_installed() {
        return;
    }
    let mut server = Server::start();
    let redis = open(&server.url());
    let before = epoch(&redis);
    assert!(ask(redis.change(&[set("app:a", b"old", When::Always)])).is_ok());
    assert_eq!(server.cli(&["SAVE"]), "OK");
    assert!(ask(redis.change(&[Change::Delete { name: "app:a" }])).is_ok());
    server.restart();
    let after = epoch(&redis);
    assert_ne!(before, after);
    let old = item(&redis, "app:a").expect("the snapshot has it");
    assert_eq!(
        old.content, b"old",
        "it is there, and what it depends on is not"
    );
    server.restart();
    assert_ne!(epoch(&redis), after);
    assert_ne!(epoch(&redis), before);
}

#[test]
fn a_server_that_hangs_is_given_up_and_found_again() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let before = epoch(&redis);
    server.pause();
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(1_500) {
        let asked = Instant::now();
        assert_eq!(version(&redis, EPOCH), None, "nobody can have answered");
        assert!(
            asked.elapsed() < PATIENCE * 2,
            "an operation ends when its caller has had enough"
        );
    }
    server.resume();
    let resumed = Instant::now();
    assert_eq!(epoch(&redis), before, "it has forgotten nothing");
    assert!(resumed.elapsed() < Duration::from_secs(1));
}

#[test]
fn one_that_is_not_there_costs_nothing() {
    let redis = open("redis://127.0.0.1:1");
    let began = Instant::now();
    for _ in 0..10 {
        let error = ask(redis.get(&[EPOCH], &[])).expect_err("nobody is there");
        assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
    }
    assert!(began.elapsed() < Duration::from_millis(200));
}

#[test]
fn clearing_takes_a_prefix_as_it_is_and_leaves_all_else() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let before = epoch(&redis);
    let prefix = "a*[b]?\\c:";
    let gone: Vec<String> = (0..2_500).map(|n| format!("{prefix}{n}")).collect();
    let kept = ["a*[b]?c:1", "axb1c:1", "a*bx\\c:1", "other", "app:a"];
    let all = gone.iter().map(String::as_str).chain(kept);
    let changes: Vec<_> = all.map(|name| set(name, b"", When::Always)).collect();
    assert!(ask(redis.change(&changes)).is_ok());
    assert!(ask(redis.clear(prefix)).is_ok());
    let size = kept.len() + 2;
    wait_until(|| server.cli(&["DBSIZE"]) == size.to_string());
    assert!(kept.iter().all(|name| item(&redis, name).is_some()));
    assert!(ask(redis.clear("app:")).is_ok());
    wait_until(|| item(&redis, "app:a").is_none());
    server.order(&["CLIENT", "KILL", "TYPE", "normal"]);
    assert_eq!(epoch(&redis), before, "what tells restarts is not cleared");
}

#[test]
fn a_full_server_refuses_and_keeps_nothing_older() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    assert!(ask(redis.change(&[set("app:a", b"old", When::Always)])).is_ok());
    server.order(&["CONFIG", "SET", "maxmemory", "1"]);
    let error = ask(redis.change(&[set("app:a", b"new", When::Always)]));
    let error = error.expect_err("there is no room");
    assert_eq!(error.kind(), cache_runtime::ErrorKind::Refused);
    assert!(error.to_string().contains("OOM"), "{error}");
    assert_eq!(item(&redis, "app:a"), None);
}

#[test]
fn a_password_is_shown_to_the_server_and_to_nobody_else() {
    if !are_installed() {
        return;
    }
    let server = Server::start_with_password("hunter2");
    let redis = open(&server.url());
    epoch(&redis);
    assert!(!format!("{redis:?}").contains("hunter2"));
    for wrong in [
        format!("redis://:not-hunter2@127.0.0.1:{}", server.port),
        format!("redis://hunter2:hunter2@127.0.0.1:{}", server.port),
        format!("redis://127.0.0.1:{}", server.port),
    ] {
        let redis = open(&wrong);
        let error = ask(redis.get(&[EPOCH], &[])).expect_err("it is not let in");
        let shown = format!("{error} {error:?} {redis:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let url = "redis://:hunter2@".to_owned();
    let error =
        Redis::open(Target::Single { url }, EPOCH.to_owned()).expect_err("it is no address");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[test]
fn a_server_that_does_not_tell_who_it_is_is_new_with_every_connection() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    server.order(&["ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-info"]);
    let redis = open(&format!("redis://app:pw@127.0.0.1:{}", server.port));
    let before = epoch(&redis);
    assert_eq!(epoch(&redis), before);
    server.order(&["CLIENT", "KILL", "USER", "app"]);
    assert_ne!(epoch(&redis), before);
}
