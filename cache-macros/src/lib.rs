//! The attributes of cache-runtime.
