//! One file for each promise.

mod p1_hit;
mod p2_single_flight;
mod p3_failure;
mod p4_recursion;
mod p5_invalidation;
mod p6_bounds;
mod p9_counters;
mod user_code;
