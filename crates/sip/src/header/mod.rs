//! Headers with a structure of their own.

mod address;
mod binding;
mod contact;
mod cseq;
mod name_addr;
mod via;

pub use self::address::NameAddrRef;
pub use self::binding::{BindingParams, ContactAddrRef, ContactRef};
pub use self::contact::{Contact, ContactAddr};
pub use self::cseq::CSeq;
pub use self::name_addr::NameAddr;
pub use self::via::{Via, ViaRef, ViaTransport};
