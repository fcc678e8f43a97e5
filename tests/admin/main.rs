//! The page that shows what the caches do: what it answers, to whom, and how it works in a browser.

mod away;
mod browser;
mod driver;
mod harmless;
mod json;
mod mounting;
mod shop;
mod writing;
