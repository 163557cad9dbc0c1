//! Notifications.

#[cfg(test)]
mod policy;
