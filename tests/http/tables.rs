//! The cases, one a line: name; what the layer is told; what the handler answers; requests; what they get.
//!
//! The layer's own timeout is 100 s. The handler's body is the number of its run, so a body says which run it is from.
//! Lines are explained at their readers in [`cases`](crate::cases). The sections follow RFC 9111 and the public suite
//! of HTTP caching tests (cache-tests.fyi).

/// Name, layer, answers, requests, expectations.
pub(crate) type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// Every table.
pub(crate) const ALL: &[&[Case]] = &[
    LIFETIMES, DIRECTIVES, STATUSES, METHODS, KEYS, VARY, CONDITIONS, USERS, REQUESTS, STALE,
    CONFIRMED, HEADERS,
];

/// RFC 9111, section 4.2: freshness.
#[rustfmt::skip]
const LIFETIMES: &[Case] = &[
    ("an answer that says nothing lives for the layer's timeout", "", "200", "GET / +99 GET / +2 GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=1 / 200 2 fwd=stale; ttl=100; stored"),
    ("max-age", "", "200 [cache-control: max-age=60]", "GET / +59 GET / +2 GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=1 / 200 2 fwd=stale; ttl=60; stored"),
    ("s-maxage comes before max-age", "", "200 [cache-control: max-age=1, s-maxage=60]", "GET / +59 GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=1"),
    ("s-maxage comes before a longer max-age", "", "200 [cache-control: s-maxage=5, max-age=60]", "GET / +6 GET", "200 1 fwd=uri-miss; ttl=5; stored / 200 2 fwd=stale; ttl=5; stored"),
    ("max-age comes before Expires", "", "200 [cache-control: max-age=60] [expires: Thu, 01 Jan 1970 00:00:00 GMT]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("Expires counts from Date", "", "200 [date: Tue, 24 Nov 2026 10:00:00 GMT] [expires: Tue, 24 Nov 2026 10:01:00 GMT]", "GET / +59 GET / +2 GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=1 / 200 2 fwd=stale; ttl=60; stored"),
    ("Expires in the past", "", "200 [expires: Thu, 01 Jan 1970 00:00:00 GMT]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("Expires at Date", "", "200 [date: Tue, 24 Nov 2026 10:00:00 GMT] [expires: Tue, 24 Nov 2026 10:00:00 GMT]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("Expires that is no date", "", "200 [expires: 0]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("Expires in the form of RFC 850", "", "200 [date: Tuesday, 24-Nov-26 10:00:00 GMT] [expires: Tuesday, 24-Nov-26 10:01:00 GMT]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("Expires in the form of asctime", "", "200 [date: Tue Nov 24 10:00:00 2026] [expires: Tue Nov 24 10:01:00 2026]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("max-age=0", "", "200 [cache-control: max-age=0]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("s-maxage=0 comes before max-age", "", "200 [cache-control: max-age=60, s-maxage=0]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("max-age in quotes", "", "200 [cache-control: max-age=\"60\"]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("max-age in capitals", "", "200 [cache-control: MAX-AGE=60]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("max-age that is no number is zero", "", "200 [cache-control: max-age=abc]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("max-age that is negative is zero", "", "200 [cache-control: max-age=-1]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("max-age with a fraction is zero", "", "200 [cache-control: max-age=60.5]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("max-age without a value is zero", "", "200 [cache-control: max-age]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("max-age past every number", "", "200 [cache-control: max-age=99999999999999999999]", "GET / +1000000 GET", "200 1 fwd=uri-miss; ttl=2147483648; stored / 200 1 hit; ttl=2146483648"),
    ("of two max-age the first counts", "", "200 [cache-control: max-age=60, max-age=1]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("Age that it comes with counts", "", "200 [cache-control: max-age=60] [age: 40]", "GET / +19 GET / +2 GET", "200 1 fwd=uri-miss; ttl=20; stored / 200 1 hit; ttl=1 [age: 59] / 200 2 fwd=stale; ttl=20; stored"),
    ("Age past max-age", "", "200 [cache-control: max-age=60] [age: 61]", "GET / GET", "200 1 fwd=uri-miss; detail=stale / 200 2 fwd=miss; detail=stale"),
    ("Age that is no number", "", "200 [cache-control: max-age=60] [age: old]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60 [age: 0]"),
    ("an unknown directive changes nothing", "", "200 [cache-control: max-age=60, foo, bar=\"a, no-store\"]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("directives on two lines", "", "200 [cache-control: public] [cache-control: max-age=60]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("the longest lifetime of the layer", "max=30", "200 [cache-control: max-age=60]", "GET / +31 GET", "200 1 fwd=uri-miss; ttl=30; stored / 200 2 fwd=stale; ttl=30; stored"),
    ("a layer without a timeout", "for-ever", "200", "GET / +100000000 GET", "200 1 fwd=uri-miss; stored / 200 1 hit"),
    ("immutable changes nothing here", "", "200 [cache-control: max-age=60, immutable]", "GET / +61 GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 2 fwd=stale; ttl=60; stored"),
];

/// RFC 9111, sections 3 and 5.2.2: what may be stored.
#[rustfmt::skip]
const DIRECTIVES: &[Case] = &[
    ("no-store", "", "200 [cache-control: no-store]", "GET / GET", "200 1 fwd=uri-miss; detail=no-store / 200 2 fwd=miss; detail=no-store"),
    ("no-store beside max-age", "", "200 [cache-control: max-age=60, no-store]", "GET / GET", "200 1 fwd=uri-miss; detail=no-store / 200 2 fwd=miss; detail=no-store"),
    ("No-StOrE", "", "200 [cache-control: No-StOrE]", "GET / GET", "200 1 fwd=uri-miss; detail=no-store / 200 2 fwd=miss; detail=no-store"),
    ("no-store on a second line", "", "200 [cache-control: max-age=60] [cache-control: no-store]", "GET / GET", "200 1 fwd=uri-miss; detail=no-store / 200 2 fwd=miss; detail=no-store"),
    ("private", "", "200 [cache-control: private]", "GET / GET", "200 1 fwd=uri-miss; detail=private / 200 2 fwd=miss; detail=private"),
    ("private with field names", "", "200 [cache-control: max-age=60, private=\"x-a\"]", "GET / GET", "200 1 fwd=uri-miss; detail=private / 200 2 fwd=miss; detail=private"),
    ("private beside s-maxage", "", "200 [cache-control: private, s-maxage=60]", "GET / GET", "200 1 fwd=uri-miss; detail=private / 200 2 fwd=miss; detail=private"),
    ("no-cache", "", "200 [cache-control: no-cache]", "GET / GET", "200 1 fwd=uri-miss; detail=no-cache / 200 2 fwd=miss; detail=no-cache"),
    ("no-cache with field names", "", "200 [cache-control: no-cache=\"set-cookie\", max-age=60]", "GET / GET", "200 1 fwd=uri-miss; detail=no-cache / 200 2 fwd=miss; detail=no-cache"),
    ("no-store does not count beside must-understand", "", "200 [cache-control: max-age=60, must-understand, no-store]", "GET / GET", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("no-store counts beside must-understand for other statuses", "", "299 [cache-control: max-age=60, must-understand, no-store]", "GET / GET", "299 1 fwd=uri-miss; detail=no-store / 299 2 fwd=miss; detail=no-store"),
    ("what is not stored may be stored next time", "", "200 [cache-control: no-store] / 200", "GET / GET / GET", "200 1 fwd=uri-miss; detail=no-store / 200 2 fwd=miss; ttl=100; stored / 200 2 hit; ttl=100"),
    ("that answers are not stored is forgotten in time", "", "200 [cache-control: no-store]", "GET / +11 GET", "200 1 fwd=uri-miss; detail=no-store / 200 2 fwd=stale; detail=no-store"),
    ("Set-Cookie", "", "200 [set-cookie: a=1]", "GET / GET", "200 1 fwd=uri-miss; detail=set-cookie [set-cookie: a=1] / 200 2 fwd=miss; detail=set-cookie"),
    ("Set-Cookie beside public", "", "200 [cache-control: public, max-age=60] [set-cookie: a=1]", "GET / GET", "200 1 fwd=uri-miss; detail=set-cookie / 200 2 fwd=miss; detail=set-cookie"),
    ("Set-Cookie, if told to", "set-cookie", "200 [set-cookie: a=1]", "GET / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100 [set-cookie: a=1]"),
    ("a stream of events", "", "200 [content-type: text/event-stream; charset=utf-8]", "GET / GET", "200 1 fwd=uri-miss; detail=streaming / 200 2 fwd=miss; detail=streaming"),
    ("X-Accel-Buffering: no", "", "200 [x-accel-buffering: no]", "GET / GET", "200 1 fwd=uri-miss; detail=streaming / 200 2 fwd=miss; detail=streaming"),
    ("Pragma in an answer says nothing", "", "200 [pragma: no-cache]", "GET / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
];

/// Statuses: successful and complete answers only.
#[rustfmt::skip]
const STATUSES: &[Case] = &[
    ("201", "", "201", "GET / GET", "201 1 fwd=uri-miss; ttl=100; stored / 201 1 hit; ttl=100"),
    ("203", "", "203", "GET / GET", "203 1 fwd=uri-miss; ttl=100; stored / 203 1 hit; ttl=100"),
    ("206", "", "206 [content-range: bytes 0-0/9]", "GET / GET", "206 1 fwd=uri-miss; detail=status / 206 2 fwd=uri-miss; detail=status"),
    ("299", "", "299", "GET / GET", "299 1 fwd=uri-miss; ttl=100; stored / 299 1 hit; ttl=100"),
    ("301", "", "301 [location: /b] [cache-control: max-age=60]", "GET / GET", "301 1 fwd=uri-miss; detail=status / 301 2 fwd=uri-miss; detail=status"),
    ("404", "", "404 [cache-control: max-age=60]", "GET / GET", "404 1 fwd=uri-miss; detail=status / 404 2 fwd=uri-miss; detail=status"),
    ("410", "", "410", "GET / GET", "410 1 fwd=uri-miss; detail=status / 410 2 fwd=uri-miss; detail=status"),
    ("500", "", "500", "GET / GET", "500 1 fwd=uri-miss; detail=status / 500 2 fwd=uri-miss; detail=status"),
    ("503 and then 200", "", "503 / 200", "GET / GET / GET", "503 1 fwd=uri-miss; detail=status / 200 2 fwd=uri-miss; ttl=100; stored / 200 2 hit; ttl=100"),
];

/// RFC 9110, section 9, and RFC 9111, section 4.4.
#[rustfmt::skip]
const METHODS: &[Case] = &[
    ("HEAD after GET", "", "200 [x-a: b]", "GET / HEAD", "200 1 fwd=uri-miss; ttl=100; stored / 200 - hit; ttl=100 [content-length: 1] [x-a: b]"),
    ("GET after HEAD", "", "200", "HEAD / GET", "200 - fwd=uri-miss; ttl=100; stored [content-length: 1] / 200 1 hit; ttl=100"),
    ("HEAD where nothing is stored", "", "200 [cache-control: no-store]", "HEAD / HEAD", "200 - fwd=uri-miss; detail=no-store / 200 - fwd=miss"),
    ("OPTIONS goes through and drops nothing", "", "200", "GET / OPTIONS / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 1 hit; ttl=100"),
    ("POST goes through and drops", "", "200", "GET / POST / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("PUT drops", "", "200 / 204 / 200", "GET / PUT / GET", "200 1 fwd=uri-miss; ttl=100; stored / 204 - fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("PATCH drops", "", "200", "GET / PATCH / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("DELETE drops", "", "200", "GET / DELETE / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("a method that nobody knows drops", "", "200", "GET / FOO / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("a redirection of a POST drops", "", "200 / 303 [location: /b] / 200", "GET / POST / GET", "200 1 fwd=uri-miss; ttl=100; stored / 303 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("a POST that fails drops nothing", "", "200 / 500 / 200", "GET / POST / GET", "200 1 fwd=uri-miss; ttl=100; stored / 500 2 fwd=method / 200 1 hit; ttl=100"),
    ("a POST that is refused drops nothing", "", "200 / 403 / 200", "GET / POST / GET", "200 1 fwd=uri-miss; ttl=100; stored / 403 2 fwd=method / 200 1 hit; ttl=100"),
    ("a POST drops every query of its path", "", "200", "GET /a?x=1 / POST /a / GET /a?x=1", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("a POST drops no other path", "", "200", "GET /a / POST /b / GET /a", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 1 hit; ttl=100"),
    ("a POST drops where Location points", "", "200 / 201 [location: /a] / 200", "GET /a / POST /b / GET /a", "200 1 fwd=uri-miss; ttl=100; stored / 201 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("a POST drops where Content-Location points", "", "200 / 200 [content-location: /a] / 200", "GET /a / POST /b / GET /a", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("a POST drops nothing of another host", "", "200 / 201 [location: //other/a] / 200", "GET /a / POST /b / GET /a", "200 1 fwd=uri-miss; ttl=100; stored / 201 2 fwd=method / 200 1 hit; ttl=100"),
    ("a POST drops where a whole URI of its host points", "", "200 / 201 [location: http://one/a] / 200", "GET /a [host: one] / POST /b [host: one] / GET /a [host: one]", "200 1 fwd=uri-miss; ttl=100; stored / 201 2 fwd=method / 200 3 fwd=uri-miss; ttl=100; stored"),
    ("a POST drops nothing where a whole URI of another host points", "", "200 / 201 [location: http://two/a] / 200", "GET /a [host: one] / POST /b [host: one] / GET /a [host: one]", "200 1 fwd=uri-miss; ttl=100; stored / 201 2 fwd=method / 200 1 hit; ttl=100"),
    ("the answer to a POST is not stored", "", "200 [cache-control: max-age=60]", "POST / POST / GET", "200 1 fwd=method / 200 2 fwd=method / 200 3 fwd=uri-miss; ttl=60; stored"),
];

/// What answers are found by.
#[rustfmt::skip]
const KEYS: &[Case] = &[
    ("paths", "", "200", "GET /a / GET /b / GET /a", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("queries", "", "200", "GET /a?x=1 / GET /a?x=2 / GET /a?x=1", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("the order of a query's pairs says nothing", "", "200", "GET /a?x=1&y=2 / GET /a?y=2&x=1", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("the order of pairs of one name says something", "", "200", "GET /a?x=1&x=2 / GET /a?x=2&x=1", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored"),
    ("queries, if they are ignored", "any-query", "200", "GET /a?x=1 / GET /a?x=2 / GET /a", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100 / 200 1 hit; ttl=100"),
    ("hosts", "", "200", "GET [host: one] / GET [host: two] / GET [host: one]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("letter case of hosts says nothing", "", "200", "GET [host: one] / GET [host: ONE]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("letter case of paths says something", "", "200", "GET /a / GET /A", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored"),
    ("a header that is told", "vary-by=x-tenant", "200", "GET [x-tenant: a] / GET [x-tenant: b] / GET [x-tenant: a]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
];

/// RFC 9111, section 4.1.
#[rustfmt::skip]
const VARY: &[Case] = &[
    ("Vary", "", "200 [vary: accept]", "GET [accept: a] / GET [accept: b] / GET [accept: a] / GET [accept: b]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 1 hit; ttl=100 / 200 2 hit; ttl=100"),
    ("Vary, and the header is not there", "", "200 [vary: accept]", "GET / GET [accept: a] / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("Vary: *", "", "200 [vary: *]", "GET / GET", "200 1 fwd=uri-miss; detail=vary / 200 2 fwd=miss; detail=vary"),
    ("Vary: * among others", "", "200 [vary: accept, *]", "GET / GET", "200 1 fwd=uri-miss; detail=vary / 200 2 fwd=miss; detail=vary"),
    ("Vary by two", "", "200 [vary: accept, x-b]", "GET [accept: a] [x-b: 1] / GET [accept: a] [x-b: 2] / GET [accept: a] [x-b: 1]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("Vary on two lines", "", "200 [vary: accept] [vary: x-b]", "GET [x-b: 1] / GET [x-b: 2] / GET [x-b: 1]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("Vary does not mind letter case of names", "", "200 [vary: ACCEPT]", "GET [accept: a] / GET [accept: b]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored"),
    ("Vary does not mind space", "", "200 [vary: accept]", "GET [accept: a,b] / GET [accept: a, b]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("other headers change nothing", "", "200 [vary: accept]", "GET [x-b: 1] / GET [x-b: 2]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("a POST drops every variant", "", "200 [vary: accept]", "GET [accept: a] / GET [accept: b] / POST / GET [accept: a] / GET [accept: b]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 3 fwd=method / 200 4 fwd=uri-miss; ttl=100; stored / 200 5 fwd=vary-miss; ttl=100; stored"),
    ("variants have lifetimes of their own", "", "200 [vary: accept] [cache-control: max-age=5] / 200 [vary: accept]", "GET [accept: a] / GET [accept: b] / +6 GET [accept: b] / GET [accept: a]", "200 1 fwd=uri-miss; ttl=5; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 2 hit; ttl=94 / 200 3 fwd=stale; ttl=100; stored"),
    ("an answer that varies by more is found by more", "", "200 [vary: accept] / 200 [vary: accept, x-b]", "GET [accept: a] / GET [accept: b] / GET [accept: b] / GET [accept: b] / GET [accept: b] [x-b: 1]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss / 200 3 fwd=vary-miss; ttl=100; stored / 200 3 hit; ttl=100 / 200 4 fwd=vary-miss; ttl=100; stored"),
    ("an answer that varies by less is found by as much", "", "200 [vary: accept] / 200", "GET [accept: a] / GET [accept: b] / GET [accept: b] / GET [accept: a]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 2 hit; ttl=100 / 200 1 hit; ttl=100"),
    ("HEAD varies as GET", "", "200 [vary: accept]", "GET [accept: a] / HEAD [accept: a] / HEAD [accept: b] / GET [accept: b]", "200 1 fwd=uri-miss; ttl=100; stored / 200 - hit; ttl=100 / 200 - fwd=vary-miss; ttl=100; stored / 200 2 hit; ttl=100"),
];

/// RFC 9110, section 13.
#[rustfmt::skip]
const CONDITIONS: &[Case] = &[
    ("If-None-Match", "", "200 [etag: \"a\"] [content-type: text/x] [cache-control: max-age=60]", "GET / GET [if-none-match: \"a\"]", "200 1 fwd=uri-miss; ttl=60; stored / 304 - hit; ttl=60 [etag: \"a\"] [cache-control: max-age=60] [!content-type] [!content-length]"),
    ("If-None-Match that does not", "", "200 [etag: \"a\"]", "GET / GET [if-none-match: \"b\"]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("a list", "", "200 [etag: \"a\"]", "GET / GET [if-none-match: \"x\", \"a\" , \"y\"]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100"),
    ("a list on two lines", "", "200 [etag: \"a\"]", "GET / GET [if-none-match: \"x\"] [if-none-match: \"a\"]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100"),
    ("a weak tag of the client", "", "200 [etag: \"a\"]", "GET / GET [if-none-match: W/\"a\"]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100"),
    ("a weak tag of the handler", "", "200 [etag: W/\"a\"]", "GET / GET [if-none-match: \"a\"]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100 [etag: W/\"a\"]"),
    ("a tag with a comma", "", "200 [etag: \"a,b\"]", "GET / GET [if-none-match: \"b\"] / GET [if-none-match: \"a,b\"]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100 / 304 - hit; ttl=100"),
    ("a tag without quotes is none", "", "200 [etag: \"a\"]", "GET / GET [if-none-match: a]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("a star", "", "200", "GET / GET [if-none-match: *]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100"),
    ("HEAD with If-None-Match", "", "200 [etag: \"a\"]", "GET / HEAD [if-none-match: \"a\"]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100"),
    ("If-None-Match where nothing is stored yet", "", "200 [etag: \"a\"]", "GET [if-none-match: \"a\"] / GET", "304 - fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("If-None-Match where nothing is ever stored", "", "200 [etag: \"a\"] [cache-control: no-store]", "GET [if-none-match: \"a\"] / GET [if-none-match: \"a\"] / GET", "304 - fwd=uri-miss; detail=no-store / 304 - fwd=miss; detail=status / 200 3 fwd=miss; detail=no-store"),
    ("If-Modified-Since", "", "200 [last-modified: Tue, 24 Nov 2026 10:00:00 GMT]", "GET / GET [if-modified-since: Tue, 24 Nov 2026 10:00:00 GMT] / GET [if-modified-since: Tue, 24 Nov 2026 09:59:59 GMT]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100 / 200 1 hit; ttl=100"),
    ("If-Modified-Since later than Last-Modified", "", "200 [last-modified: Tue, 24 Nov 2026 10:00:00 GMT]", "GET / GET [if-modified-since: Wed, 25 Nov 2026 10:00:00 GMT]", "200 1 fwd=uri-miss; ttl=100; stored / 304 - hit; ttl=100"),
    ("If-Modified-Since that is no date", "", "200 [last-modified: Tue, 24 Nov 2026 10:00:00 GMT]", "GET / GET [if-modified-since: yesterday]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("If-Modified-Since without Last-Modified", "", "200", "GET / GET [if-modified-since: Wed, 25 Nov 2099 10:00:00 GMT]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("If-None-Match comes before If-Modified-Since", "", "200 [etag: \"a\"] [last-modified: Tue, 24 Nov 2026 10:00:00 GMT]", "GET / GET [if-none-match: \"b\"] [if-modified-since: Wed, 25 Nov 2026 10:00:00 GMT]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("If-Match goes through", "", "200", "GET / GET [if-match: \"x\"]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=bypass; detail=precondition"),
    ("If-Unmodified-Since goes through", "", "200", "GET / GET [if-unmodified-since: Tue, 24 Nov 2026 10:00:00 GMT]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=bypass; detail=precondition"),
    ("Range goes through", "", "200 / 206 [content-range: bytes 0-0/9] / 200", "GET / GET [range: bytes=0-0] / GET", "200 1 fwd=uri-miss; ttl=100; stored / 206 2 fwd=bypass; detail=range / 200 1 hit; ttl=100"),
];

/// Who asks.
#[rustfmt::skip]
const USERS: &[Case] = &[
    ("Authorization goes through", "", "200 [cache-control: public, max-age=60]", "GET [authorization: a] / GET [authorization: a]", "200 1 fwd=bypass; detail=authorization / 200 2 fwd=bypass; detail=authorization"),
    ("Authorization does not get what is stored for others", "", "200", "GET / GET [authorization: a] / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=bypass; detail=authorization / 200 1 hit; ttl=100"),
    ("Authorization, told to, and nothing allows it", "authorized", "200 [cache-control: max-age=60]", "GET [authorization: a] / GET [authorization: a]", "200 1 fwd=uri-miss; detail=authorization / 200 2 fwd=miss; detail=authorization"),
    ("Authorization, told to, and public", "authorized", "200 [cache-control: public, max-age=60]", "GET [authorization: a] / GET [authorization: b]", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("Authorization, told to, and s-maxage", "authorized", "200 [cache-control: s-maxage=60]", "GET [authorization: a] / GET [authorization: b]", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("Authorization, told to, and must-revalidate", "authorized", "200 [cache-control: must-revalidate, max-age=60]", "GET [authorization: a] / GET [authorization: b]", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("Authorization, told to, and the answer varies by it", "authorized", "200 [vary: authorization]", "GET [authorization: a] / GET [authorization: b] / GET [authorization: a]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("Authorization, told to, never gets what is stored for requests without", "authorized", "200", "GET / GET [authorization: a]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; detail=authorization"),
    ("Authorization as a part of the key", "vary-by=authorization", "200", "GET [authorization: a] / GET [authorization: b] / GET [authorization: a]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("a cookie, and nothing says that the answer is for all", "", "200 [cache-control: max-age=60]", "GET [cookie: a=1] / GET [cookie: a=2]", "200 1 fwd=uri-miss; detail=cookie / 200 2 fwd=miss; detail=cookie"),
    ("a cookie does not get what is stored for requests without", "", "200", "GET / GET [cookie: a=1] / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; detail=cookie / 200 1 hit; ttl=100"),
    ("a cookie, and public", "", "200 [cache-control: public]", "GET [cookie: a=1] / GET [cookie: a=2]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("a cookie, and s-maxage", "", "200 [cache-control: s-maxage=60]", "GET [cookie: a=1] / GET [cookie: a=2]", "200 1 fwd=uri-miss; ttl=60; stored / 200 1 hit; ttl=60"),
    ("a cookie, and the answer varies by it", "", "200 [vary: cookie]", "GET [cookie: a=1] / GET [cookie: a=2] / GET [cookie: a=1]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=vary-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("cookies, if they are ignored", "cookies", "200", "GET [cookie: a=1] / GET [cookie: a=2] / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100 / 200 1 hit; ttl=100"),
    ("a cookie as a part of the key", "vary-by=cookie", "200", "GET [cookie: a=1] / GET [cookie: a=2] / GET [cookie: a=1]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
];

/// RFC 9111, section 5.2.1: what requests say.
#[rustfmt::skip]
const REQUESTS: &[Case] = &[
    ("no-cache of a request does not count", "", "200", "GET / GET [cache-control: no-cache]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("max-age=0 of a request does not count", "", "200", "GET / GET [cache-control: max-age=0]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("no-store of a request does not count", "", "200", "GET [cache-control: no-store] / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("Pragma of a request does not count", "", "200", "GET / GET [pragma: no-cache]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("only-if-cached, and nothing is", "", "200", "GET [cache-control: only-if-cached] / GET", "504 - detail=only-if-cached / 200 1 fwd=uri-miss; ttl=100; stored"),
    ("only-if-cached, and something is", "", "200", "GET / GET [cache-control: only-if-cached]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("no-cache, if it counts", "directives", "200", "GET / GET [cache-control: no-cache] / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=request; ttl=100; stored / 200 2 hit; ttl=100"),
    ("Pragma, if it counts", "directives", "200", "GET / GET [pragma: no-cache]", "200 1 fwd=uri-miss; ttl=100; stored / 200 2 fwd=request; ttl=100; stored"),
    ("Pragma beside Cache-Control", "directives", "200", "GET / GET [pragma: no-cache] [cache-control: max-age=50]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("max-age, if it counts", "directives", "200", "GET / +10 GET [cache-control: max-age=20] / GET [cache-control: max-age=5]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=90 / 200 2 fwd=request; ttl=100; stored"),
    ("min-fresh, if it counts", "directives", "200", "GET / +10 GET [cache-control: min-fresh=80] / GET [cache-control: min-fresh=95]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=90 / 200 2 fwd=request; ttl=100; stored"),
    ("max-stale, if it counts", "directives sie=50", "200", "GET / +110 GET [cache-control: max-stale=20] / GET [cache-control: max-stale=5]", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=-10 / 200 2 fwd=stale; ttl=100; stored"),
    ("no-store, if it counts", "directives", "200", "GET [cache-control: no-store] / GET", "200 1 fwd=uri-miss; detail=request-no-store / 200 2 fwd=uri-miss; ttl=100; stored"),
];

/// RFC 5861.
#[rustfmt::skip]
const STALE: &[Case] = &[
    ("stale-while-revalidate", "", "200 [cache-control: max-age=10, stale-while-revalidate=20]", "GET / +15 GET / ~2 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 hit; ttl=-5 / 200 2 hit; ttl=10"),
    ("past the window of stale-while-revalidate", "", "200 [cache-control: max-age=10, stale-while-revalidate=20]", "GET / +31 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 2 fwd=stale; ttl=10; stored"),
    ("stale-while-revalidate of the layer", "swr=20", "200", "GET / +115 GET / ~2 GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=-15 / 200 2 hit; ttl=100"),
    ("stale-while-revalidate of a fresh answer runs nothing", "", "200 [cache-control: max-age=10, stale-while-revalidate=20]", "GET / +9 GET / GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 hit; ttl=1 / 200 1 hit; ttl=1"),
    ("stale-while-revalidate for HEAD", "", "200 [cache-control: max-age=10, stale-while-revalidate=20]", "GET / +15 HEAD / ~2 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 - hit; ttl=-5 / 200 2 hit; ttl=10"),
    ("a refresh that brings what is not stored ends the old answer", "", "200 [cache-control: max-age=10, stale-while-revalidate=20] / 404", "GET / +15 GET / ~2 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 hit; ttl=-5 / 404 3 fwd=miss; detail=status"),
    ("a refresh that fails leaves the old answer", "", "200 [cache-control: max-age=10, stale-while-revalidate=20] / 500", "GET / +15 GET / ~2 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 hit; ttl=-5 / 200 1 hit; ttl=-5"),
    ("a refresh that failed is tried again", "", "200 [cache-control: max-age=10, stale-while-revalidate=20] / 500 / 200", "GET / +12 GET / ~2 GET / +2 GET / ~3 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 hit; ttl=-2 / 200 1 hit; ttl=-2 / 200 1 hit; ttl=-4 / 200 3 hit; ttl=100"),
    ("max-age=0 with stale-while-revalidate", "", "200 [cache-control: max-age=0, stale-while-revalidate=20]", "GET / +1 GET / ~2 GET", "200 1 fwd=uri-miss; ttl=0; stored / 200 1 hit; ttl=-1 / 200 2 hit; ttl=0"),
    ("stale-if-error", "", "200 [cache-control: max-age=10, stale-if-error=20] / 500", "GET / +15 GET / +10 GET / +6 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 fwd=stale; fwd-status=500; ttl=-5; detail=stale-if-error / 200 1 fwd=stale; fwd-status=500; ttl=-15; detail=stale-if-error / 500 4 fwd=stale; detail=status"),
    ("stale-if-error, and the handler is well", "", "200 [cache-control: max-age=10, stale-if-error=20]", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 2 fwd=stale; ttl=10; stored"),
    ("stale-if-error for 503", "", "200 [cache-control: max-age=10, stale-if-error=20] / 503", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 fwd=stale; fwd-status=503; ttl=-5; detail=stale-if-error"),
    ("stale-if-error is not for 404", "", "200 [cache-control: max-age=10, stale-if-error=20] / 404", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 404 2 fwd=stale; detail=status"),
    ("stale-if-error of the layer", "sie=20", "200 / 502", "GET / +115 GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 fwd=stale; fwd-status=502; ttl=-15; detail=stale-if-error"),
    ("must-revalidate forbids stale answers", "swr=20 sie=20", "200 [cache-control: max-age=10, must-revalidate, stale-while-revalidate=20, stale-if-error=20] / 500", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 500 2 fwd=stale; detail=status"),
    ("proxy-revalidate forbids stale answers", "sie=20", "200 [cache-control: max-age=10, proxy-revalidate] / 500", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 500 2 fwd=stale; detail=status"),
    ("s-maxage allows the stale answers that it comes with", "", "200 [cache-control: s-maxage=10, stale-while-revalidate=20]", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 hit; ttl=-5"),
    ("no stale answers unless asked for", "", "200 [cache-control: max-age=10] / 500", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 500 2 fwd=stale; detail=status"),
    ("a stale answer to a condition", "", "200 [etag: \"a\"] [cache-control: max-age=10, stale-while-revalidate=20]", "GET / +15 GET [if-none-match: \"a\"]", "200 1 fwd=uri-miss; ttl=10; stored / 304 - hit; ttl=-5"),
    ("stale variants", "", "200 [vary: accept] [cache-control: max-age=10, stale-if-error=20] / 500", "GET [accept: a] / +15 GET [accept: a] / GET [accept: b]", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 fwd=stale; fwd-status=500; ttl=-5; detail=stale-if-error / 500 3 fwd=vary-miss; detail=status"),
];

/// RFC 9111, section 4.3: a handler that knows its entity tags is asked whether anything has changed.
#[rustfmt::skip]
const CONFIRMED: &[Case] = &[
    ("a handler confirms a stale answer", "", "200 [etag: \"a\"] [cache-control: max-age=10, stale-if-error=20]", "GET / +15 GET / GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 fwd=stale; ttl=10; stored [etag: \"a\"] / 200 1 hit; ttl=10 [age: 0]"),
    ("a handler that confirms may change headers", "", "200 [etag: \"a\"] [x-n: 1] [cache-control: max-age=10, stale-if-error=20] / 200 [etag: \"a\"] [x-n: 2] [cache-control: max-age=30]", "GET / +15 GET / GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 fwd=stale; ttl=30; stored [x-n: 2] / 200 1 hit; ttl=30 [x-n: 2]"),
    ("a handler has a new answer", "", "200 [etag: \"a\"] [cache-control: max-age=10, stale-if-error=20] / 200 [etag: \"b\"]", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 2 fwd=stale; ttl=100; stored [etag: \"b\"]"),
    ("a handler confirms, and forbids to store", "", "200 [etag: \"a\"] [cache-control: max-age=10, stale-if-error=20] / 200 [etag: \"a\"] [cache-control: no-store]", "GET / +15 GET / GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 fwd=stale; detail=no-store / 200 3 fwd=miss; detail=no-store"),
    ("a handler confirms in the background", "", "200 [etag: \"a\"] [cache-control: max-age=10, stale-while-revalidate=20]", "GET / +15 GET / ~2 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 1 hit; ttl=-5 / 200 1 hit; ttl=10"),
    ("a handler that does not know the entity tag is not asked", "", "200 [cache-control: max-age=10, stale-if-error=20]", "GET / +15 GET", "200 1 fwd=uri-miss; ttl=10; stored / 200 2 fwd=stale; ttl=10; stored"),
];

/// What is stored of the headers, and what is added.
#[rustfmt::skip]
const HEADERS: &[Case] = &[
    ("headers are stored", "", "200 [x-a: b] [content-type: text/x]", "GET / GET", "200 1 fwd=uri-miss; ttl=100; stored [x-a: b] / 200 1 hit; ttl=100 [x-a: b] [content-type: text/x]"),
    ("headers of one connection are not", "", "200 [keep-alive: 5] [te: trailers] [proxy-authenticate: x]", "GET / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100 [!keep-alive] [!te] [!proxy-authenticate]"),
    ("nor those that Connection names", "", "200 [connection: x-a] [x-a: b] [x-b: c]", "GET / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100 [!x-a] [x-b: c]"),
    ("Age", "", "200", "GET / +7 GET", "200 1 fwd=uri-miss; ttl=100; stored [!age] / 200 1 hit; ttl=93 [age: 7]"),
    ("Date stays that of the answer", "", "200 [date: Tue, 24 Nov 2026 10:00:00 GMT]", "GET / +7 GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=93 [date: Tue, 24 Nov 2026 10:00:00 GMT]"),
    ("the name of the cache", "name=edge", "200", "GET / GET", "200 1 fwd=uri-miss; ttl=100; stored [cache-status: edge; fwd=uri-miss; ttl=100; stored] / 200 1 hit; ttl=100"),
    ("a body past the limit", "limit=0", "200", "GET / GET", "200 1 fwd=uri-miss; detail=too-large / 200 2 fwd=miss; detail=too-large"),
    ("a body within the limit", "limit=1", "200", "GET / GET", "200 1 fwd=uri-miss; ttl=100; stored / 200 1 hit; ttl=100"),
    ("an answer without a body", "", "204", "GET / GET", "204 - fwd=uri-miss; ttl=100; stored [!etag] [!content-length] / 204 - hit; ttl=100 [!content-length]"),
];
