//! What leaves the process: every back end against the real component, in one test binary.

mod filesystem;
mod memcached;
mod memory;
mod redis;
mod redis_cluster;
mod redis_hostile;
mod redis_runtimes;
mod redis_sentinel;
mod redis_watch;
