//! Dropping entries on request: who may ask, what is asked, and what has become of it.

use http::header::{CONTENT_TYPE, HOST, HeaderMap, ORIGIN};
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::report::arguments;
use super::subjects::{Subject, named};
use crate::future::{invalidate_route, invalidate_tag};
use crate::invalidate::Invalidation;
use crate::record::Known;
use crate::site::AnyInstance;

/// A header that no form can send, and no page of another origin without being asked first.
const MARK: &str = "x-cache-admin";

/// Why a request is refused.
pub(super) type Refusal = (StatusCode, String);

fn refused(status: StatusCode, why: impl Into<String>) -> Refusal {
    (status, why.into())
}

/// Insists that a request comes from the page itself, or from no page at all.
pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let foreign = || refused(StatusCode::FORBIDDEN, "the request comes from another site");
    match text("sec-fetch-site") {
        Some("same-origin") => {}
        Some(_) => return Err(foreign()),
        // An old browser, or none.
        None => {
            let origin = text(ORIGIN.as_str()).map(|origin| origin.parse::<Uri>().ok());
            let authority = origin.map(|origin| {
                origin.and_then(|origin| origin.authority().map(ToString::to_string))
            });
            if authority.is_some_and(|authority| authority.as_deref() != text(HOST.as_str())) {
                return Err(foreign());
            }
        }
    }
    if text(MARK).is_none() {
        return Err(refused(
            StatusCode::FORBIDDEN,
            format!("the header `{MARK}` is missing"),
        ));
    }
    let media = text(CONTENT_TYPE.as_str()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body is `application/json`",
        ));
    }
    Ok(())
}

/// What is to be dropped.
enum Target {
    Arguments(Subject, Value),
    Entry(Subject, String),
    Function(Subject),
    Tag(String),
    Route(String),
}

fn target(body: &[u8]) -> Result<Target, Refusal> {
    let bad = |why: &str| refused(StatusCode::BAD_REQUEST, why);
    let body: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| bad(&format!("the body is no JSON object: {error}")))?;
    let text = |name: &str| match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(bad(&format!("`{name}` is a text"))),
    };
    let (function, tag, route) = (text("function")?, text("tag")?, text("route")?);
    let (arguments, entry) = (body.get("arguments"), text("entry")?);
    match (body.len(), function, arguments, entry, tag, route) {
        (1, None, None, None, Some(tag), None) => Ok(Target::Tag(tag)),
        (1, None, None, None, None, Some(route)) => Ok(Target::Route(route)),
        (1, Some(name), None, None, None, None) => Ok(Target::Function(find(&name)?)),
        (2, Some(name), Some(arguments), None, None, None) => {
            Ok(Target::Arguments(find(&name)?, arguments.clone()))
        }
        (2, Some(name), None, Some(entry), None, None) => Ok(Target::Entry(find(&name)?, entry)),
        _ => Err(bad(
            "the body has `function` (with `arguments` or `entry`), `tag`, or `route`",
        )),
    }
}

fn find(name: &str) -> Result<Subject, Refusal> {
    let unknown = || {
        refused(
            StatusCode::NOT_FOUND,
            format!("no function is called `{name}`"),
        )
    };
    named(name).ok_or_else(unknown)
}

/// Drops what a request asks for.
pub(super) async fn invalidate(body: &[u8]) -> Result<Value, Refusal> {
    Ok(answer(match target(body)? {
        Target::Tag(tag) => invalidate_tag(&tag).await,
        Target::Route(route) => invalidate_route(&route).await,
        // Answers of a layer live in this process, whatever is installed.
        Target::Function(subject) if subject.is_layer => {
            Invalidation::confirmed(subject.site.state().clear() > 0)
        }
        Target::Function(subject) => subject.site.invalidate_all().await,
        Target::Arguments(subject, asked) => {
            let is_it = |known: &Known| {
                arguments(subject.site, known).is_some_and(|known| is_same(&known, &asked))
            };
            drop_known(&subject, is_it).await?
        }
        Target::Entry(subject, entry) => {
            let is_it = |known: &Known| format!("{:016x}", known.hash) == entry;
            drop_known(&subject, is_it).await?
        }
    }))
}

/// Whether the arguments of a key are those that were asked for; a single one may stand without its brackets.
fn is_same(known: &Value, asked: &Value) -> bool {
    let single = || {
        known
            .as_array()
            .is_some_and(|known| known.len() == 1 && known[0] == *asked)
    };
    known == asked || single()
}

async fn drop_known(
    subject: &Subject,
    is_it: impl Fn(&Known) -> bool,
) -> Result<Invalidation, Refusal> {
    let instances = subject.site.state().instances();
    let found = instances.iter().find_map(|instance| {
        let known = instance.store().keys().known().into_iter().find(&is_it)?;
        Some((*instance, known))
    });
    match found {
        Some((instance, known)) => Ok(subject.site.invalidate_known(instance, &known).await),
        None => Err(refused(StatusCode::NOT_FOUND, unknown(subject, &instances))),
    }
}

/// Why an entry cannot be found by its arguments.
fn unknown(subject: &Subject, instances: &[&'static dyn AnyInstance]) -> String {
    if subject.is_layer {
        return "the answers of a layer are dropped by their route".to_owned();
    }
    if instances
        .iter()
        .any(|instance| instance.store().keys().are_opaque())
    {
        return "an argument of this function is not `serde::Serialize`, so its entries cannot be told apart here: \
                drop all of them, or use its `invalidate_` function"
            .to_owned();
    }
    "this process has computed nothing for these arguments since the page was mounted".to_owned()
}

fn answer(invalidation: Invalidation) -> Value {
    let existed = invalidation.existed();
    let failure = invalidation.into_result().err();
    let message = match (&failure, existed) {
        (Some(failure), _) => {
            format!("Dropped here. {failure}. It is retried until it is delivered.")
        }
        (None, true) => "Dropped.".to_owned(),
        (None, false) => "There was nothing to drop.".to_owned(),
    };
    json!({ "existed": existed, "delivered": failure.is_none(), "message": message })
}
