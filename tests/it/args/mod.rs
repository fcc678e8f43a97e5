//! The arguments of the attributes, one file each.

mod cache_none;
mod coalesce;
mod err_timeout;
mod forced_update;
mod is_stale;
mod max_entries;
mod namespace;
mod response_filter;
mod timeout;
mod unless;
