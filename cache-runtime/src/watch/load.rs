//! One run of a function, as it is watched: a span around it, how long it took, and an event if it fails.
//!
//! Without the features there is nothing to it: a type without fields, and functions without code.

#![allow(clippy::unused_self, reason = "who is told depends on the features")]

use std::time::Duration;

use super::Subject;

#[cfg(any(feature = "metrics", feature = "tracing"))]
use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

/// How a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With a value.
    Value,
    /// With an error.
    Error,
    Panic,
    /// Its future was dropped.
    Cancelled,
}

impl Ending {
    /// How a run has ended that is dropped.
    pub(crate) fn dropped() -> Self {
        if std::thread::panicking() {
            Self::Panic
        } else {
            Self::Cancelled
        }
    }

    /// What `error.type` is.
    #[cfg_attr(
        not(any(feature = "metrics", feature = "tracing")),
        expect(dead_code, reason = "nobody is told")
    )]
    fn error(self) -> Option<&'static str> {
        match self {
            Self::Value => None,
            Self::Error => Some("error"),
            Self::Panic => Some("panic"),
            Self::Cancelled => Some("cancelled"),
        }
    }
}

/// What is watched of a run; nothing until it begins.
#[derive(Debug, Default)]
pub(crate) struct Watch(
    #[cfg(any(feature = "metrics", feature = "tracing"))] once_cell::sync::OnceCell<Arc<Load>>,
);

/// A run that has begun.
#[cfg(any(feature = "metrics", feature = "tracing"))]
#[derive(Debug)]
struct Load {
    name: Cow<'static, str>,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    ended: AtomicBool,
}

/// Inside the span, as long as it lives.
#[must_use = "it is left when it is dropped"]
pub(crate) struct Inside {
    #[cfg(feature = "tracing")]
    _entered: Option<tracing::span::EnteredSpan>,
}

impl Watch {
    /// Whether anybody may watch.
    pub(crate) const IS_ANY: bool = cfg!(any(feature = "metrics", feature = "tracing"));
}

/// Without the features.
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
#[expect(clippy::unused_self, reason = "its twin has something to tell")]
impl Watch {
    pub(crate) fn begin(&self, _subject: Subject<'_>, _why: &'static str) {}

    pub(crate) fn share(&self, _other: &Self) {}

    pub(crate) fn enter(&self) -> Inside {
        Inside {}
    }

    pub(crate) fn ended(&self, _ending: Ending, _time: Duration) {}

    pub(crate) fn failed(&self, _message: &str) {}
}

#[cfg(any(feature = "metrics", feature = "tracing"))]
impl Watch {
    /// Takes note that the run begins, for this reason.
    pub(crate) fn begin(&self, subject: Subject<'_>, why: &'static str) {
        self.0.get_or_init(|| Arc::new(Load::begin(subject, why)));
    }

    /// Takes note that the run is another's too.
    pub(crate) fn share(&self, other: &Self) {
        if let Some(load) = self.0.get() {
            let _ = other.0.set(Arc::clone(load));
        }
    }

    /// Enters the span.
    pub(crate) fn enter(&self) -> Inside {
        Inside {
            #[cfg(feature = "tracing")]
            _entered: self.0.get().map(|load| load.span.clone().entered()),
        }
    }

    /// Takes note of how the run has ended; only the first word counts.
    pub(crate) fn ended(&self, ending: Ending, time: Duration) {
        if let Some(load) = self.0.get()
            && !load.ended.swap(true, Relaxed)
        {
            load.end(ending, time);
        }
    }

    /// Says what has become of a failure that the caller does not see.
    pub(crate) fn failed(&self, message: &str) {
        #[cfg(feature = "tracing")]
        if let Some(load) = self.0.get() {
            tracing::warn!(
                target: "cache_runtime", parent: &load.span, { code.function.name = &*load.name }, "{message}"
            );
        }
        let _ = message;
    }
}

#[cfg(any(feature = "metrics", feature = "tracing"))]
impl Load {
    fn begin(subject: Subject<'_>, why: &'static str) -> Self {
        let name = subject.name();
        #[cfg(feature = "tracing")]
        let span = span(subject, &name, why);
        let _ = why;
        Self {
            name,
            #[cfg(feature = "tracing")]
            span,
            ended: AtomicBool::new(false),
        }
    }

    fn end(&self, ending: Ending, time: Duration) {
        #[cfg(feature = "metrics")]
        super::numbers::load_took(self.name.clone(), ending.error(), time);
        #[cfg(feature = "tracing")]
        if let Some(error) = ending.error() {
            self.span.record("error.type", error);
            if ending == Ending::Panic {
                tracing::error!(
                    target: "cache_runtime", parent: &self.span,
                    { code.function.name = &*self.name }, "the function has panicked"
                );
            }
        }
        let _ = time;
    }
}

/// The span of a run.
#[cfg(feature = "tracing")]
fn span(subject: Subject<'_>, name: &str, why: &'static str) -> tracing::Span {
    let place = match subject {
        Subject::Function(site) => Some((site.file, site.line)),
        Subject::Layer(_) => None,
    };
    tracing::info_span!(
        target: "cache_runtime",
        "cache.load",
        code.function.name = name,
        code.file.path = place.map(|(file, _)| file),
        code.line.number = place.map(|(_, line)| line),
        cache.reason = why,
        error.type = tracing::field::Empty,
    )
}
