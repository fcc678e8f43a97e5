//! The functions that stand beside a cached one.

mod all;
mod detailed;
mod invalidation;
mod refresh;
