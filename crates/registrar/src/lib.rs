//! A small, strict registrar and location service. Sans-IO.
