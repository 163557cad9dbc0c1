//! The demo's line as `bellhop status --json` tells it.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;

use crate::Fallible;

/// What the story needs of a line's status.
#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) registered: bool,
    /// Local addresses of its flows that work.
    pub(crate) local: Vec<IpAddr>,
    pub(crate) last: Option<Rebind>,
}

/// The newest time that the line was bound anew.
#[derive(Debug, PartialEq)]
pub(crate) struct Rebind {
    pub(crate) took_ms: f64,
    pub(crate) round_trips: u64,
}

impl Line {
    /// Of the first line in a status.
    pub(crate) fn parse(status: &str) -> Fallible<Line> {
        let status: Value = serde_json::from_str(status)?;
        let line = status.pointer("/lines/0").ok_or("the status has no line")?;
        let last = line
            .get("last_rebind")
            .filter(|last| !last.is_null())
            .map(|last| Rebind {
                took_ms: last
                    .get("took_ms")
                    .and_then(Value::as_f64)
                    .unwrap_or_default(),
                round_trips: last
                    .get("round_trips")
                    .and_then(Value::as_u64)
                    .unwrap_or_default(),
            });
        let flows = line
            .get("flows")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(Line {
            registered: line.get("state").and_then(Value::as_str) == Some("registered"),
            local: flows
                .iter()
                .filter(|flow| flow.get("state").and_then(Value::as_str) == Some("active"))
                .filter_map(|flow| flow.get("local")?.as_str()?.parse::<SocketAddr>().ok())
                .map(|address| address.ip())
                .collect(),
            last,
        })
    }

    pub(crate) fn is_registered_from(&self, local: IpAddr) -> bool {
        self.registered && self.local.contains(&local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_line_tells_from_where_and_how_fast() {
        let line = Line::parse(
            r#"{"version":"0.1.0","lines":[{"state":"registered","flows":[{"local":"172.20.10.3:40112","state":"active"},
               {"local":"192.168.1.23:40000","state":"closing"}],"last_rebind":{"took_ms":1.4,"round_trips":1}}]}"#,
        )
        .unwrap();
        assert!(line.is_registered_from("172.20.10.3".parse().unwrap()));
        assert!(!line.is_registered_from("192.168.1.23".parse().unwrap()));
        assert_eq!(
            line.last,
            Some(Rebind {
                took_ms: 1.4,
                round_trips: 1
            })
        );
    }

    #[test]
    fn a_line_without_flows_is_not_registered_from_anywhere() {
        let line = Line::parse(r#"{"lines":[{"state":"offline","flows":[],"last_rebind":null}]}"#)
            .unwrap();
        assert_eq!(
            line,
            Line {
                registered: false,
                local: vec![],
                last: None
            }
        );
    }

    #[test]
    fn a_status_without_lines_is_an_error() {
        assert!(Line::parse(r#"{"lines":[]}"#).is_err());
    }
}
