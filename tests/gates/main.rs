//! What must not get worse, told by numbers that repeat: hit ratios and instructions per hit, never time.

mod instructions;
mod ratio;
