//! The registration agent: keeps one line's binding alive at the company registrar. Sans-IO.
