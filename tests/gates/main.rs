//! What must not get worse, told by numbers that repeat: hit ratios, instructions per hit, stack per level of a
//! recursion, never time.

mod instructions;
mod program;
mod ratio;
mod stack;
