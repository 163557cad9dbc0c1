//! The registrar whatever comes in: properties, and a model to be held against.

mod model;
mod property;
mod store;
