//! What leaves the process: every back end against the real component, in one test binary.

mod memory;
