//! What must not get worse, told by numbers that repeat: hit ratios, instructions per call, allocations per miss, stack per
//! level of a recursion, code per function, never time.

mod allocations;
mod code;
mod instructions;
mod program;
mod ratio;
mod stack;
