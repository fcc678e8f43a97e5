//! Labels, written by generated code piece by piece.

use std::fmt::{Display, Write};

use crate::lineage::Label;
use crate::realm::Realm;

/// The text of a label.
#[derive(Debug, Default)]
pub struct LabelText(String);

impl LabelText {
    /// Adds text of the template.
    pub fn text(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// Adds what fills a placeholder, as it is displayed.
    pub fn part(&mut self, part: &impl Display) {
        // Writing to a `String` cannot fail; a `Display` that returns an error has written what it could.
        let _ = write!(self.0, "{part}");
    }
}

/// The text of one label.
pub fn label(fill: impl FnOnce(&mut LabelText)) -> String {
    let mut text = LabelText::default();
    fill(&mut text);
    text.0
}

/// The labels that the attribute gives a value.
#[derive(Debug)]
pub struct Tagging {
    realm: &'static Realm,
    text: LabelText,
    labels: Vec<Label>,
}

impl Tagging {
    pub(crate) fn new(realm: &'static Realm) -> Self {
        Self {
            realm,
            text: LabelText::default(),
            labels: Vec::new(),
        }
    }

    pub(crate) fn into_labels(self) -> Vec<Label> {
        self.labels
    }

    /// Adds text to the label.
    pub fn text(&mut self, text: &str) {
        self.text.text(text);
    }

    /// Adds what fills a placeholder to the label.
    pub fn part(&mut self, part: &impl Display) {
        self.text.part(part);
    }

    /// Ends the label.
    pub fn end(&mut self) {
        self.labels.push(self.realm.tags.label(&self.text.0));
        self.text.0.clear();
    }
}
