//! Contact as it stands in a header, and what a registrar reads of it: nothing is copied.

use std::borrow::Cow;

use super::NameAddrRef;
use crate::{HeaderError, HeaderName, ParamsRef, lex, params};

/// What [`Contact`](super::Contact) is, borrowed from the header that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactRef<'a> {
    /// `*`: every binding (RFC 3261 §10.2.2).
    Star,
    /// An address.
    Addr(ContactAddrRef<'a>),
}

impl<'a> ContactRef<'a> {
    pub(crate) fn parse(part: &'a str) -> Result<ContactRef<'a>, &'static str> {
        if part == "*" {
            return Ok(ContactRef::Star);
        }
        NameAddrRef::parse(part).map(|addr| ContactRef::Addr(ContactAddrRef { addr }))
    }
}

/// The address of a Contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactAddrRef<'a> {
    /// Address and parameters as they stand.
    pub addr: NameAddrRef<'a>,
}

impl<'a> ContactAddrRef<'a> {
    /// What a registrar reads, in one go.
    ///
    /// # Errors
    /// A parameter of these stands there twice (RFC 3261 §7.3.1), or `q` or `reg-id` is not what it has to be. An `expires` that is no number is an error
    /// of none (§10.2.1 makes it an hour), nor is an instance without angle brackets, which names nothing.
    pub fn binding_params(&self) -> Result<BindingParams<'a>, HeaderError> {
        BindingParams::read(self.addr.params)
    }
}

/// The parameters of a Contact that a registrar goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BindingParams<'a> {
    /// `q` in thousandths: 0 to 1000.
    pub q: Option<u16>,
    /// `None`: there is no such parameter; `Some(None)`: it is no number.
    pub expires: Option<Option<u32>>,
    /// `+sip.instance` without its angle brackets.
    pub instance: Option<Cow<'a, str>>,
    /// `reg-id`: 1 to 2³¹−1.
    pub reg_id: Option<u32>,
}

impl<'a> BindingParams<'a> {
    pub(super) fn read(params: ParamsRef<'a>) -> Result<BindingParams<'a>, HeaderError> {
        let bad = |why| HeaderError::Invalid {
            name: HeaderName::Contact,
            why,
        };
        let once = |seen: bool| match seen {
            true => Err(bad("a parameter stands there twice")),
            false => Ok(()),
        };
        let mut all = BindingParams::default();
        let mut instance_seen = false;
        for param in params.raw() {
            let value = || param.value.map(params::plain);
            if param.is("q") {
                once(all.q.is_some())?;
                let q = value().and_then(|value| thousandths(&value));
                all.q = Some(q.ok_or_else(|| bad("q is not 0 to 1"))?);
            } else if param.is("expires") {
                once(all.expires.is_some())?;
                all.expires = Some(value().and_then(|value| seconds(&value)));
            } else if param.is("+sip.instance") {
                once(std::mem::replace(&mut instance_seen, true))?;
                all.instance = value().and_then(inside_of);
            } else if param.is("reg-id") {
                once(all.reg_id.is_some())?;
                let id = value().and_then(|value| reg_id(&value));
                all.reg_id = Some(id.ok_or_else(|| bad("reg-id is not 1 to 2147483647"))?);
            }
        }
        Ok(all)
    }
}

pub(super) fn thousandths(text: &str) -> Option<u16> {
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

pub(super) fn seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| lex::number(text).unwrap_or(u32::MAX))
}

/// What stands between the angle brackets of an instance.
pub(super) fn inside(text: &str) -> Option<&str> {
    text.strip_prefix('<')?.strip_suffix('>')
}

fn inside_of(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => inside(text).map(Cow::Borrowed),
        Cow::Owned(text) => inside(&text).map(|inside| Cow::Owned(inside.to_owned())),
    }
}

pub(super) fn reg_id(text: &str) -> Option<u32> {
    lex::number(text).filter(|id| (1..=0x7fff_ffff).contains(id))
}
