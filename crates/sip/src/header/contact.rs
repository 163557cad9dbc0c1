//! Contact (RFC 3261 §20.10) with what RFC 5626 and RFC 5627 add.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::NameAddr;
use crate::{HeaderError, HeaderName, Text, Uri, lex};

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
        if part == "*" {
            return Ok(Contact::Star);
        }
        NameAddr::parse_part(whole, part).map(|addr| Contact::Addr(ContactAddr { addr }))
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

    /// What a registrar reads, in one go.
    ///
    /// # Errors
    /// A parameter of these stands there twice (RFC 3261 §7.3.1), or `q` or `reg-id` is not what it has to be. An `expires` that is no number is an error
    /// of none (§10.2.1 makes it an hour), nor is an instance without angle brackets, which names nothing.
    pub fn binding_params(&self) -> Result<BindingParams, HeaderError> {
        let bad = |why| HeaderError::Invalid {
            name: HeaderName::Contact,
            why,
        };
        let mut all = BindingParams::default();
        let mut seen = [false; 4];
        for param in self.params.raw() {
            let names = ["q", "expires", "+sip.instance", "reg-id"];
            let at = names
                .iter()
                .position(|name| param.name.eq_ignore_ascii_case(name));
            let Some(seen) = at.and_then(|at| seen.get_mut(at)) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                return Err(bad("a parameter stands there twice"));
            }
            let value = param.value.map(|value| self.params.plain(value));
            match at {
                Some(0) => {
                    let q = value.and_then(|value| thousandths(&value));
                    all.q = Some(q.ok_or_else(|| bad("q is not 0 to 1"))?);
                }
                Some(1) => all.expires = Some(value.and_then(|value| seconds(&value))),
                Some(2) => all.instance = value.and_then(|value| instance(&value)),
                _ => {
                    let id = value.and_then(|value| reg_id(&value));
                    all.reg_id = Some(id.ok_or_else(|| bad("reg-id is not 1 to 2147483647"))?);
                }
            }
        }
        Ok(all)
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

/// The parameters of a Contact that a registrar goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BindingParams {
    /// As [`ContactAddr::q`].
    pub q: Option<u16>,
    /// `None`: there is no such parameter; `Some(None)`: it is no number.
    pub expires: Option<Option<u32>>,
    /// As [`ContactAddr::instance`].
    pub instance: Option<Text>,
    /// As [`ContactAddr::reg_id`].
    pub reg_id: Option<u32>,
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(3)
        .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match (lex::number::<u16>(whole)?, thousandths) {
        (0, thousandths) => Some(thousandths),
        (1, 0) => Some(1000),
        _ => None,
    }
}

fn seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| lex::number(text).unwrap_or(u32::MAX))
}

fn instance(text: &Text) -> Option<Text> {
    let inside = text.strip_prefix('<')?.strip_suffix('>')?;
    Some(text.part(inside))
}

fn reg_id(text: &str) -> Option<u32> {
    lex::number(text).filter(|id| (1..=0x7fff_ffff).contains(id))
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
