//! Contact (RFC 3261 §20.10) with what RFC 5626 and RFC 5627 add.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::NameAddr;
use super::binding::{self, ContactRef, reg_id, seconds, thousandths};
use crate::{Text, Uri};

/// One element of a Contact header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// `*`: every binding (RFC 3261 §10.2.2).
    Star,
    /// An address.
    Addr(ContactAddr),
}

impl Contact {
    pub(crate) fn parse_part(whole: &Text, part: &str) -> Result<Contact, &'static str> {
        Ok(match ContactRef::parse(part)? {
            ContactRef::Star => Contact::Star,
            ContactRef::Addr(contact) => Contact::Addr(ContactAddr {
                addr: contact.addr.shared(whole),
            }),
        })
    }

    /// The address, where it is one.
    #[must_use]
    pub fn addr(&self) -> Option<&ContactAddr> {
        match self {
            Contact::Star => None,
            Contact::Addr(addr) => Some(addr),
        }
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Contact::Star => f.write_str("*"),
            Contact::Addr(addr) => fmt::Display::fmt(addr, f),
        }
    }
}

/// The address of a Contact, with typed access to its parameters. A parameter that cannot be read counts as absent, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactAddr {
    /// Address and parameters as they stand.
    pub addr: NameAddr,
}

impl ContactAddr {
    /// A Contact of that address without parameters.
    #[must_use]
    pub fn new(uri: Uri) -> Self {
        ContactAddr {
            addr: NameAddr::new(uri),
        }
    }

    /// `q` in thousandths: 0 to 1000.
    #[must_use]
    pub fn q(&self) -> Option<u16> {
        thousandths(&self.params.value("q")?)
    }

    /// `expires` in seconds. More than 32 bits hold is as long as 32 bits can say; a value that is no number counts as absent.
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        seconds(&self.params.value("expires")?)
    }

    /// `+sip.instance` without its angle brackets: `urn:uuid:…` (RFC 5626 §4.1).
    #[must_use]
    pub fn instance(&self) -> Option<Text> {
        instance(&self.params.value("+sip.instance")?)
    }

    /// `reg-id` (RFC 5626 §4.2): 1 to 2³¹−1.
    #[must_use]
    pub fn reg_id(&self) -> Option<u32> {
        reg_id(&self.params.value("reg-id")?)
    }

    /// `pub-gruu` (RFC 5627 §5.3).
    #[must_use]
    pub fn pub_gruu(&self) -> Option<Uri> {
        Uri::parse_text(self.params.value("pub-gruu")?).ok()
    }

    /// `temp-gruu` (RFC 5627 §5.3).
    #[must_use]
    pub fn temp_gruu(&self) -> Option<Uri> {
        Uri::parse_text(self.params.value("temp-gruu")?).ok()
    }
}

fn instance(text: &Text) -> Option<Text> {
    binding::inside(text).map(|inside| text.part(inside))
}

impl Deref for ContactAddr {
    type Target = NameAddr;

    fn deref(&self) -> &NameAddr {
        &self.addr
    }
}

impl DerefMut for ContactAddr {
    fn deref_mut(&mut self) -> &mut NameAddr {
        &mut self.addr
    }
}

impl fmt::Display for ContactAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.addr, f)
    }
}
