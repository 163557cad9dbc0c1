//! What networks the machine has, and the instant that changes.
