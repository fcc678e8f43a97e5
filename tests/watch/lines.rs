//! A subscriber that writes down spans when they close, and events with the spans that they are in.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// What was written down.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// A subscriber, and what it writes.
    pub(crate) fn new() -> (impl Subscriber + Send + Sync, Self) {
        let lines = Self::default();
        (Registry::default().with(lines.clone()), lines)
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// The fields of a span or an event; not the file and the line, which differ with every change of a test.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() != "code.file.path" {
            let _ = write!(self.0, " {}={value}", field.name());
        }
    }

    fn record_u64(&mut self, _field: &Field, _value: u64) {}

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, " {value:?}");
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(span.extensions_mut().get_mut::<Fields>().unwrap());
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let spans = context.event_scope(event).into_iter().flatten();
        let spans: Vec<_> = spans.map(|span| span.name()).collect();
        let line = format!("{}{} in {spans:?}", event.metadata().level(), fields.0);
        self.0.lock().unwrap().push(line);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        let inside = span.parent().map_or("", |_| " inside");
        let extensions = span.extensions();
        let fields = &extensions.get::<Fields>().unwrap().0;
        self.0
            .lock()
            .unwrap()
            .push(format!("{}{fields}{inside}", span.name()));
    }
}
