//! A phone's settings for the phone itself to fetch: Linphone's remote provisioning. A document under a token, once, for some minutes.
//!
//! What is on offer is decided in [`Offers`], what it looks like in [`document`], how it is asked for in [`serve()`]. Whoever opens the listener sees to it that only the
//! home network reaches it.

mod document;
mod offers;
mod serve;

pub(crate) use document::Server;
pub(crate) use offers::{LIFETIME, Offer, Offers};
pub(crate) use serve::{PATH, serve};
