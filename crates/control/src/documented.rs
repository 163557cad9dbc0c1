//! The tables of docs/messages.md, for the tests that hold the code against them.

/// The rows below `## heading`, without the table's head.
pub(crate) fn rows(heading: &str) -> Vec<String> {
    let text = include_str!("../../../docs/messages.md");
    let heading = format!("## {heading}");
    let section = text.lines().skip_while(|line| *line != heading).skip(1);
    section
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `"))
        .map(str::to_owned)
        .collect()
}
