//! When two URIs mean the same (RFC 3261 §19.1.4).

use super::{Scheme, UriRef, escape, tel};

/// Parameters that must not stand in one URI alone, default value or not. `transport` belongs to them: "can resolve to different transports".
const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

pub(super) fn equivalent(one: &UriRef<'_>, two: &UriRef<'_>) -> bool {
    if one.as_str() == two.as_str() {
        return true;
    }
    match (one.scheme(), two.scheme()) {
        (Scheme::Sip, Scheme::Sip) | (Scheme::Sips, Scheme::Sips) => sip(one, two),
        (Scheme::Tel, Scheme::Tel) => tel::equivalent(one, two),
        (Scheme::Sip | Scheme::Sips | Scheme::Tel | Scheme::Other, _) => false,
    }
}

fn sip(one: &UriRef<'_>, two: &UriRef<'_>) -> bool {
    same_option(one.user(), two.user())
        && same_option(one.password(), two.password())
        && one.host() == two.host()
        && one.port() == two.port()
        && params_allow(one, two)
        && params_allow(two, one)
        && headers_match(one, two)
}

fn same_option(one: Option<&str>, two: Option<&str>) -> bool {
    match (one, two) {
        (None, None) => true,
        (Some(one), Some(two)) => escape::same(one, two),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Whether every parameter of `one` matches that of `two`, or may be ignored.
fn params_allow(one: &UriRef<'_>, two: &UriRef<'_>) -> bool {
    let (ours, theirs) = (one.params(), two.params());
    ours.raw().all(|our| {
        match theirs
            .raw()
            .find(|their| escape::same_ignoring_case(our.name, their.name))
        {
            Some(their) => match (our.value, their.value) {
                (None, None) => true,
                (Some(our), Some(their)) => escape::same_ignoring_case(our, their),
                (None, Some(_)) | (Some(_), None) => false,
            },
            None => !NEVER_IGNORED
                .iter()
                .any(|name| escape::same_ignoring_case(our.name, name)),
        }
    })
}

/// Whether both carry the same headers in whatever order. Values are compared as text: the rules of each header are not known here, so that at worst
/// two equal ones count as different.
fn headers_match(one: &UriRef<'_>, two: &UriRef<'_>) -> bool {
    let mut theirs: Vec<_> = two.raw_headers().collect();
    let all_found = one.raw_headers().all(|(name, value)| {
        let found = theirs.iter().position(|their| {
            escape::same_ignoring_case(name, their.0) && escape::same(value, their.1)
        });
        found.map(|at| theirs.swap_remove(at)).is_some()
    });
    all_found && theirs.is_empty()
}
