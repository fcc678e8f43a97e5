//! The decision, case by case.

use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};

use super::answering::{Times, Use};
use super::asking::{Asked, Bypass, Demands, Terms, ask};
use super::conditional::{add_conditions, has_it, strip_to_not_modified};
use super::control::{Control, Flag, Time, split_list};
use super::keeping::{Lifetime, Refusal, freshen, keep, strip_hop_by_hop};
use super::policy::{Allowance, FOR_EVER, Policy};
use super::report::{Forward, Report, name};
use super::vary;
use crate::clock::Moment;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn policy() -> Policy {
    Policy::new(seconds(100))
}

/// `name: value | name: value`.
fn headers(text: &str) -> HeaderMap {
    let mut map = HeaderMap::new();
    for line in text.split(" | ").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").expect("a name and a value");
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    map
}

#[test]
fn directives_are_read() {
    let control = |text: &str| Control::of(&headers(text));
    let read =
        control("cache-control: Max-Age=\"5\", private=\"a, no-store\" | cache-control: public");
    assert_eq!(read.time(Time::MaxAge), Some(seconds(5)));
    assert!(read.has(Flag::Private) && read.has(Flag::Public) && !read.has(Flag::NoStore));
    for (text, time) in [
        ("max-age=60", 60),
        ("max-age = 60", 60),
        ("max-age=", 0),
        ("max-age=+60", 0),
        ("max-age=6 0", 0),
        ("max-age=60;q=1", 0),
        ("max-age=4294967296", 1 << 31),
    ] {
        let read = control(&format!("cache-control: {text}"));
        assert_eq!(read.time(Time::MaxAge), Some(seconds(time)), "{text}");
    }
    assert_eq!(
        control("cache-control: x-max-age=60").time(Time::MaxAge),
        None
    );
    let unreadable = HeaderValue::from_bytes(b"max-age=60, \xff").unwrap();
    let map = HeaderMap::from_iter([(http::header::CACHE_CONTROL, unreadable)]);
    assert!(Control::of(&map).has(Flag::NoStore));
}

#[test]
fn lists_are_cut_at_commas_outside_of_quotes() {
    let cut = |line| split_list(line).collect::<Vec<_>>();
    assert_eq!(cut(r#"a, b="x,y" ,, c"#), ["a", r#"b="x,y""#, "c"]);
    assert_eq!(cut(r#"a="\",", b"#), [r#"a="\",""#, "b"]);
    assert_eq!(cut(r#"a="never closed, b"#), [r#"a="never closed, b"#]);
}

#[test]
fn requests_go_through_or_are_looked_up() {
    let bypass = |policy: &Policy, method: Method, text| match ask(policy, &method, &headers(text))
    {
        Asked::Pass(bypass) => Some(bypass),
        Asked::LookUp(_) => None,
    };
    let mut told = policy();
    told.allow(Allowance::Authorized);
    let mut keyed = policy();
    keyed.key_headers.push(http::header::AUTHORIZATION);
    for (policy, method, text, expected) in [
        (&policy(), Method::GET, "", None),
        (&policy(), Method::HEAD, "cookie: a=1", None),
        (&policy(), Method::OPTIONS, "", Some(Bypass::Method)),
        (&policy(), Method::TRACE, "", Some(Bypass::Method)),
        (&policy(), Method::POST, "", Some(Bypass::Unsafe)),
        (
            &policy(),
            Method::from_bytes(b"PURGE").unwrap(),
            "",
            Some(Bypass::Unsafe),
        ),
        (
            &policy(),
            Method::GET,
            "range: bytes=0-1",
            Some(Bypass::Range),
        ),
        (
            &policy(),
            Method::GET,
            "if-match: \"a\"",
            Some(Bypass::Precondition),
        ),
        (
            &policy(),
            Method::GET,
            "upgrade: websocket",
            Some(Bypass::Upgrade),
        ),
        (
            &policy(),
            Method::GET,
            "content-length: 3",
            Some(Bypass::Body),
        ),
        (&policy(), Method::GET, "content-length: 0", None),
        (
            &policy(),
            Method::GET,
            "transfer-encoding: chunked",
            Some(Bypass::Body),
        ),
        (
            &policy(),
            Method::GET,
            "authorization: a",
            Some(Bypass::Authorization),
        ),
        (&told, Method::GET, "authorization: a", None),
        (&keyed, Method::GET, "authorization: a", None),
    ] {
        assert_eq!(
            bypass(policy, method.clone(), text),
            expected,
            "{method} {text}"
        );
    }
}

#[test]
fn demands_count_when_they_are_to() {
    let mut told = policy();
    told.allow(Allowance::RequestDirectives);
    let demands = |policy: &Policy, text| match ask(policy, &Method::GET, &headers(text)) {
        Asked::LookUp(terms) => terms.demands,
        Asked::Pass(bypass) => panic!("{bypass:?}"),
    };
    let all = "cache-control: no-store, max-age=5, min-fresh=6, max-stale=7, only-if-cached";
    let heard = Demands {
        only_if_cached: true,
        no_store: true,
        max_age: Some(seconds(5)),
        min_fresh: seconds(6),
        max_stale: seconds(7),
    };
    assert_eq!(demands(&told, all), heard);
    let deaf = Demands {
        only_if_cached: true,
        ..Demands::default()
    };
    assert_eq!(demands(&policy(), all), deaf);
    assert_eq!(
        demands(&told, "cache-control: max-stale").max_stale,
        FOR_EVER
    );
    assert_eq!(
        demands(&told, "pragma: no-cache").max_age,
        Some(Duration::ZERO)
    );
    assert_eq!(
        demands(&told, "pragma: no-cache | cache-control: x").max_age,
        None
    );
}

/// What comes of an answer of 200 to a request on these terms.
fn kept(terms: &Terms, text: &str) -> Result<Lifetime, Refusal> {
    let now = SystemTime::UNIX_EPOCH + seconds(1_795_514_400); // Tue, 24 Nov 2026 10:00:00 GMT
    let keep = keep(&policy(), terms, StatusCode::OK, &headers(text), now);
    keep.map(|keep| keep.lifetime)
}

#[test]
fn lifetimes_are_what_answers_say() {
    for (text, fresh) in [
        ("", 100),
        ("cache-control: max-age=5", 5),
        ("cache-control: max-age=5, s-maxage=6", 6),
        ("expires: Tue, 24 Nov 2026 10:00:07 GMT", 7),
        (
            "expires: Tue, 24 Nov 2026 10:00:07 GMT | date: Tue, 24 Nov 2026 10:00:05 GMT",
            2,
        ),
        (
            "expires: Tue, 24 Nov 2026 10:00:07 GMT | cache-control: max-age=9",
            9,
        ),
        ("cache-control: max-age=5 | age: 2", 3),
    ] {
        let lifetime = kept(&Terms::default(), text).expect(text);
        assert_eq!(lifetime.fresh, seconds(fresh), "{text}");
    }
    let windows = "cache-control: max-age=0, stale-while-revalidate=3, stale-if-error=4";
    let lifetime = kept(&Terms::default(), windows).unwrap();
    assert_eq!(lifetime.whole(), Some(seconds(4)));
    let strict = kept(
        &Terms::default(),
        "cache-control: max-age=1, must-revalidate, stale-if-error=4",
    );
    assert_eq!(strict.unwrap().whole(), Some(seconds(1)));
}

#[test]
fn answers_are_refused_for_a_reason() {
    let (anybody, cookie, authorized) = (
        Terms::default(),
        Terms {
            cookie: true,
            ..Terms::default()
        },
        Terms {
            authorized: true,
            ..Terms::default()
        },
    );
    for (terms, text, refusal) in [
        (&anybody, "cache-control: no-store", Refusal::NoStore),
        (&anybody, "cache-control: no-cache", Refusal::NoCache),
        (&anybody, "cache-control: private", Refusal::Private),
        (&anybody, "cache-control: max-age=0", Refusal::Stale),
        (
            &anybody,
            "expires: Tue, 24 Nov 2026 10:00:00 GMT",
            Refusal::Stale,
        ),
        (&anybody, "expires: -1", Refusal::Stale),
        (&anybody, "set-cookie: a=1", Refusal::SetCookie),
        (&anybody, "vary: *", Refusal::Vary),
        (&anybody, "vary: accept, ,*", Refusal::Vary),
        (
            &anybody,
            "content-type: text/event-stream",
            Refusal::Streaming,
        ),
        (
            &anybody,
            "content-type: application/grpc+proto",
            Refusal::Streaming,
        ),
        (&anybody, "content-length: 2097153", Refusal::TooLarge),
        (&cookie, "", Refusal::Cookie),
        (&cookie, "cache-control: must-revalidate", Refusal::Cookie),
        (&cookie, "vary: accept", Refusal::Cookie),
        (&authorized, "", Refusal::Authorization),
        (&authorized, "vary: cookie", Refusal::Authorization),
    ] {
        assert_eq!(kept(terms, text), Err(refusal), "{text}");
    }
    for (terms, text) in [
        (&anybody, "content-length: 2097152"),
        (&anybody, "content-length: unknown"),
        (&cookie, "cache-control: public"),
        (&cookie, "vary: Cookie"),
        (&authorized, "cache-control: must-revalidate"),
        (&authorized, "vary: Authorization"),
    ] {
        assert!(kept(terms, text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_kept_is_used_by_its_age() {
    let received_at = Moment::START;
    let times = Times {
        lifetime: Lifetime {
            fresh: seconds(10),
            stale_while_revalidate: seconds(5),
            stale_if_error: seconds(20),
            initial_age: seconds(3),
        },
        received_at,
    };
    let at = |second| received_at.after(seconds(second));
    let plain = Demands::default();
    for (second, expected) in [
        (0, Use::Fresh),
        (9, Use::Fresh),
        (10, Use::Stale),
        (14, Use::Stale),
        (15, Use::Expired),
    ] {
        assert_eq!(times.use_of(&plain, at(second)), expected, "{second}");
    }
    let max_age = |age| Demands {
        max_age: Some(seconds(age)),
        ..Demands::default()
    };
    assert_eq!(times.use_of(&max_age(8), at(5)), Use::Fresh);
    assert_eq!(
        times.use_of(&max_age(7), at(5)),
        Use::Declined,
        "it is 8 s old"
    );
    assert_eq!(times.use_of(&max_age(0), at(0)), Use::Declined);
    let max_stale = Demands {
        max_stale: seconds(8),
        ..Demands::default()
    };
    assert_eq!(times.use_of(&max_stale, at(17)), Use::Tolerated);
    assert_eq!(times.use_of(&max_stale, at(18)), Use::Expired);
    let min_fresh = Demands {
        min_fresh: seconds(4),
        ..Demands::default()
    };
    assert_eq!(times.use_of(&min_fresh, at(5)), Use::Fresh);
    assert_eq!(times.use_of(&min_fresh, at(6)), Use::Declined);
    assert!(times.stands_in(at(29)) && !times.stands_in(at(30)));
    assert_eq!(
        [0, 9, 12].map(|second| times.ttl(at(second))),
        [Some(10), Some(1), Some(-2)]
    );
    assert_eq!(times.age(at(5)), seconds(8));
}

#[test]
fn conditions_are_answered() {
    for (request, answer, expected) in [
        ("", "etag: \"a\"", false),
        ("if-none-match: \"a\"", "etag: \"a\"", true),
        ("if-none-match: W/\"a\"", "etag: \"a\"", true),
        ("if-none-match: \"a\"", "etag: W/\"a\"", true),
        ("if-none-match: \"b\", \"a\"", "etag: \"a\"", true),
        (
            "if-none-match: \"b\" | if-none-match: \"a\"",
            "etag: \"a\"",
            true,
        ),
        ("if-none-match: \"b\"", "etag: \"a\"", false),
        ("if-none-match: a", "etag: \"a\"", false),
        ("if-none-match: \"a", "etag: \"a\"", false),
        ("if-none-match: \"a\"", "etag: a", false),
        ("if-none-match: \"x\"a\"y\"", "etag: \"a\"", false),
        ("if-none-match: *", "", true),
        ("if-none-match: \"*\"", "etag: \"a\"", false),
        ("if-none-match: \"a\"", "", false),
        (
            "if-none-match: \"b\" | if-modified-since: Wed, 25 Nov 2026 10:00:00 GMT",
            "etag: \"a\" | last-modified: Tue, 24 Nov 2026 10:00:00 GMT",
            false,
        ),
        (
            "if-modified-since: Tue, 24 Nov 2026 10:00:00 GMT",
            "last-modified: Tue, 24 Nov 2026 10:00:00 GMT",
            true,
        ),
        (
            "if-modified-since: Tue, 24 Nov 2026 09:59:59 GMT",
            "last-modified: Tue, 24 Nov 2026 10:00:00 GMT",
            false,
        ),
        (
            "if-modified-since: Tue, 24 Nov 2026 10:00:00 GMT",
            "date: Tue, 24 Nov 2026 10:00:00 GMT",
            false,
        ),
        (
            "if-modified-since: now",
            "last-modified: Tue, 24 Nov 2026 10:00:00 GMT",
            false,
        ),
    ] {
        assert_eq!(
            has_it(&headers(request), &headers(answer)),
            expected,
            "{request} for {answer}"
        );
    }
}

#[test]
fn headers_of_one_connection_and_of_bodies_are_taken_out() {
    let mut hops =
        headers("connection: X-A, close | x-a: 1 | te: trailers | x-b: 2 | upgrade: h2c");
    strip_hop_by_hop(&mut hops);
    assert_eq!(hops, headers("x-b: 2"));
    let mut confirmed = headers(
        "etag: \"a\" | last-modified: x | content-type: y | content-location: /a | vary: z",
    );
    strip_to_not_modified(&mut confirmed);
    assert_eq!(
        confirmed,
        headers("etag: \"a\" | content-location: /a | vary: z")
    );
}

#[test]
fn a_confirmed_answer_takes_the_new_headers_over() {
    let mut stored = headers("etag: \"a\" | x-a: 1 | x-a: 2 | content-type: t | age: 5");
    freshen(
        &mut stored,
        &headers("x-a: 3 | content-type: u | content-length: 0 | x-b: 4"),
    );
    assert_eq!(
        stored,
        headers("etag: \"a\" | x-a: 3 | content-type: t | x-b: 4")
    );
    let mut request = HeaderMap::new();
    add_conditions(&mut request, &headers("etag: \"a\" | last-modified: Tue"));
    assert_eq!(
        request,
        headers("if-none-match: \"a\" | if-modified-since: Tue")
    );
}

#[test]
fn variants_are_told_apart_by_the_headers_that_are_named() {
    let named = vary::names(&headers("vary: Accept , x-b | vary: accept")).unwrap();
    assert_eq!(named, ["accept", "x-b"]);
    let selected = vary::select(&headers("accept: a,b | accept: c | x-c: 1"), &named);
    for (request, expected) in [
        ("accept: a, b, c", true),
        ("accept: a | accept: b,c | x-c: 2", true),
        ("accept: a,b,c | x-b: ", false),
        ("accept: a,b", false),
        ("", false),
    ] {
        assert_eq!(
            vary::matches(&selected, &headers(request)),
            expected,
            "{request}"
        );
    }
}

#[test]
fn reports_read_as_the_rfc_writes_them() {
    let stored = Report {
        stored: true,
        ttl: Some(5),
        ..Report::forwarded(Forward::UriMiss)
    };
    assert_eq!(
        stored.header(&name("edge")),
        "edge; fwd=uri-miss; ttl=5; stored"
    );
    assert_eq!(Report::hit(Some(-3)).header("edge"), "edge; hit; ttl=-3");
    for (written, expected) in [
        ("cache.example.com:80", "cache.example.com:80"),
        ("My Cache", "\"My Cache\""),
        ("a\"b\\c\u{e4}\n", "\"a\\\"b\\\\c\""),
        ("", "\"\""),
        ("1st", "\"1st\""),
    ] {
        assert_eq!(name(written), expected);
    }
}
