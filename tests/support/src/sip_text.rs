//! Just enough reading of SIP as text for tests to look at what was sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;

const COMPACT: &[(&str, &str)] = &[
    ("via", "v"),
    ("from", "f"),
    ("to", "t"),
    ("call-id", "i"),
    ("contact", "m"),
];

/// Values of all header fields of that name, compact ones included, as they stand.
#[must_use]
pub fn headers(message: &str, name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    let compact = COMPACT
        .iter()
        .find(|(long, _)| *long == name)
        .map(|(_, short)| *short);
    let head = message
        .split_once("\r\n\r\n")
        .map_or(message, |(head, _)| head);
    let fields = head
        .split("\r\n")
        .skip(1)
        .filter_map(|line| line.split_once(':'));
    let wanted = fields.filter(|(field, _)| {
        let field = field.trim().to_ascii_lowercase();
        field == name || Some(field.as_str()) == compact
    });
    wanted.map(|(_, value)| value.trim().to_owned()).collect()
}

/// Value of the first header field of that name.
#[must_use]
pub fn header(message: &str, name: &str) -> Option<String> {
    headers(message, name).into_iter().next()
}

/// Contact values split at commas outside quotes and angle brackets: URI and parameters of each.
#[must_use]
pub fn contacts(values: &[String]) -> Vec<(String, String)> {
    values
        .iter()
        .flat_map(|value| split_outside(value, ','))
        .map(|part| uri_and_parameters(&part))
        .collect()
}

fn uri_and_parameters(part: &str) -> (String, String) {
    let bracketed = part
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    let (uri, parameters) = bracketed
        .or_else(|| part.trim().split_once(';'))
        .unwrap_or((part.trim(), ""));
    (uri.to_owned(), parameters.to_owned())
}

/// `name=value` pairs of a challenge or of credentials, without the scheme and unquoted; names in lower case.
#[must_use]
pub fn parameters(value: &str) -> BTreeMap<String, String> {
    let list = value.split_once(' ').map_or("", |(_, list)| list);
    let pairs = split_outside(list, ',');
    pairs
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            (
                name.trim().to_ascii_lowercase(),
                value.trim().trim_matches('"').to_owned(),
            )
        })
        .collect()
}

/// A response to the request `message` from `source`, with `extra` header lines.
#[must_use]
pub fn response(message: &str, source: SocketAddr, status: &str, extra: &str) -> String {
    let mut vias = headers(message, "Via");
    if let Some(top) = vias.first_mut() {
        let (port, ip) = (source.port(), source.ip());
        *top = top.replacen(";rport", &format!(";rport={port};received={ip}"), 1);
    }
    let vias: String = vias.iter().map(|via| format!("Via: {via}\r\n")).collect();
    let value = |name| header(message, name).unwrap_or_default();
    let to = value("To");
    let tag = if to.contains("tag=") { "" } else { ";tag=r" };
    let (from, call_id, cseq) = (value("From"), value("Call-ID"), value("CSeq"));
    format!(
        "SIP/2.0 {status}\r\n{vias}From: {from}\r\nTo: {to}{tag}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\n{extra}Content-Length: 0\r\n\r\n"
    )
}

fn split_outside(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut bracketed) = (false, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
        if c == separator && !quoted && !bracketed {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_split_at_the_right_commas() {
        let values = ["\"a,b\" <sip:a@x;y=1,2>;expires=3, <sip:b@x>".to_owned()];
        assert_eq!(
            contacts(&values),
            [
                ("sip:a@x;y=1,2".to_owned(), ";expires=3".to_owned()),
                ("sip:b@x".to_owned(), String::new())
            ]
        );
        assert_eq!(
            contacts(&["*".to_owned()]),
            [("*".to_owned(), String::new())]
        );
    }

    #[test]
    fn compact_names_are_the_same_headers() {
        let message = "REGISTER sip:x SIP/2.0\r\nv: one\r\nVIA : two\r\n\r\nVia: three";
        assert_eq!(headers(message, "Via"), ["one", "two"]);
    }
}
