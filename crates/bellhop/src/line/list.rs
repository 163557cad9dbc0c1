//! `line list`: what the config says, without the engine.

use std::path::PathBuf;

use bellhop_control::config::{PasswordSource, Written, WrittenLine};
use bellhop_control::face::number;
use bellhop_engine::lines::ConfigFile;

use crate::failure::Failure;
use crate::output;

pub(super) fn list(config: Option<PathBuf>) -> Result<(), Failure> {
    let file = ConfigFile::existing(config)?;
    let written =
        Written::parse(&file.text, &file.name()).map_err(|problems| Failure::config(&problems))?;
    if written.lines.is_empty() {
        output::say(
            "the config has no lines; add one: bellhop line add --aor sip:tina@example.com",
        );
        return Ok(());
    }
    output::print(&table(&written.lines))
}

/// Id, number, registrar, and where the password is: never the password.
fn table(lines: &[WrittenLine]) -> String {
    let rows: Vec<[String; 4]> = lines.iter().map(row).collect();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let (first, second, third) = (width(0), width(1), width(2));
    let rendered: Vec<String> = rows
        .iter()
        .map(|[id, aor, registrar, password]| {
            format!("{id:first$}  {aor:second$}  {registrar:third$}  {password}")
        })
        .collect();
    rendered.join("\n")
}

fn row(line: &WrittenLine) -> [String; 4] {
    let registrar = line
        .registrar
        .as_ref()
        .map_or("(by DNS)", |registrar| registrar.value.as_str());
    let password = match &line.password.value {
        PasswordSource::Keyring => "keyring".to_owned(),
        PasswordSource::File(path) => format!("file {}", path.display()),
        PasswordSource::Env(variable) => format!("env {variable}"),
    };
    [
        line.id.value.clone(),
        number(&line.aor).to_owned(),
        registrar.to_owned(),
        password,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_in_columns() {
        let text = "[[line]]\naor = \"sip:tina@example.com\"\nregistrar = \"sip:pbx.example.com\"\npassword = { file = \"secret\" }\n[[line]]\nid = \"home\"\naor = \"sip:t@example.org\"\n";
        let written = Written::parse(text, "config.toml").unwrap();
        assert_eq!(
            table(&written.lines),
            "tina  tina@example.com  sip:pbx.example.com  file secret\nhome  t@example.org     (by DNS)             keyring"
        );
    }
}
