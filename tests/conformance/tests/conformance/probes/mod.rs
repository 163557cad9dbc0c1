//! Inputs of the field that a SIP parser gets wrong easily, numbered as they were collected: 87 of them, 14b included. Each states what a right answer is.

mod addresses;
mod digest;
mod messages;
mod uris;
mod vias;
