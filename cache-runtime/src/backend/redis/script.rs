//! What a server does in one atomic step: the scripts, each with one line on its arguments.
//!
//! They are sent whole with every call. By their hash they would be shorter, and a server that has forgotten
//! them would break the order of changes in the middle.

/// Sets `KEYS[1]` to `ARGV[1]` for `ARGV[2]` ms (0: for ever) if its version is `ARGV[3]`; `*` stands for any version,
/// nothing for none.
pub(super) const SET_IF: &str = include_str!("script/set_if.lua");

/// Lets `KEYS[1]` be there for at least `ARGV[1]` ms from now (0: for ever).
pub(super) const KEEP: &str = include_str!("script/keep.lua");

/// Makes tenure `ARGV[1]` known in `KEYS[2]`; gives the epoch `KEYS[1]` the version `ARGV[2]` if it was not, or if
/// there is none.
pub(super) const ADMIT: &str = include_str!("script/admit.lua");
