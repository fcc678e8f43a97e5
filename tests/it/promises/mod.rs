//! One file for each promise.

mod p2_single_flight;
mod p3_failure;
mod p4_recursion;
mod p5_invalidation;
mod p6_bounds;
mod user_code;
