//! Editing the config's text in place: what the person wrote, comments included, stays as it is. Text in, text out; who owns the file writes it.

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use crate::config::{PasswordSource, Problem, Written};

/// A line to be added. Texts are checked by reading the result back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLine {
    /// The id, if not the one made from the AOR.
    pub id: Option<String>,
    /// The address-of-record.
    pub aor: String,
    /// Where to register, if not at the AOR's domain.
    pub registrar: Option<String>,
    /// Who logs in, if not the AOR's user.
    pub auth_username: Option<String>,
    /// Where the password is.
    pub password: Option<PasswordSource>,
}

/// Why a config was not edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It has problems already, or would have afterwards.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    /// No line of that id.
    #[error("the config has no line of that id")]
    NoSuchLine,
}

/// `text` with `line` appended, and the id that it got.
///
/// # Errors
/// [`EditError::Problems`], with the places of the text as it would be.
pub fn add_line(text: &str, file: &str, line: &NewLine) -> Result<(String, String), EditError> {
    let mut document = editable(text, file)?;
    let mut table = Table::new();
    if let Some(id) = &line.id {
        table.insert("id", id.as_str().into());
    }
    table.insert("aor", line.aor.as_str().into());
    if let Some(registrar) = &line.registrar {
        table.insert("registrar", registrar.as_str().into());
    }
    if let Some(user) = &line.auth_username {
        table.insert("auth_username", user.as_str().into());
    }
    table.insert(
        "password",
        written(line.password.as_ref().unwrap_or(&PasswordSource::Keyring)),
    );
    if !text.trim().is_empty() {
        table.decor_mut().set_prefix("\n");
    }
    if let Some(tables) = document
        .entry("line")
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
    {
        tables.push(table);
    }
    let edited = document.to_string();
    let read = Written::parse(&edited, file).map_err(EditError::Problems)?;
    let id = read
        .lines
        .last()
        .map(|line| line.id.value.clone())
        .unwrap_or_default();
    Ok((edited, id))
}

/// `text` without the line of that id.
///
/// # Errors
/// [`EditError::NoSuchLine`], or [`EditError::Problems`] if the config could not be read in the first place.
pub fn remove_line(text: &str, file: &str, id: &str) -> Result<String, EditError> {
    let mut document = editable(text, file)?;
    let position = position(text, file, id)?;
    if let Some(tables) = document
        .get_mut("line")
        .and_then(Item::as_array_of_tables_mut)
    {
        tables.remove(position);
        if tables.is_empty() {
            document.remove("line");
        }
    }
    Ok(document.to_string())
}

/// `text` with the password of that line taken from `source`.
///
/// # Errors
/// As [`remove_line`].
pub fn set_password_source(
    text: &str,
    file: &str,
    id: &str,
    source: &PasswordSource,
) -> Result<String, EditError> {
    let mut document = editable(text, file)?;
    let position = position(text, file, id)?;
    if let Some(table) = document
        .get_mut("line")
        .and_then(Item::as_array_of_tables_mut)
        .and_then(|tables| tables.get_mut(position))
    {
        table.insert("password", written(source));
    }
    Ok(document.to_string())
}

fn editable(text: &str, file: &str) -> Result<DocumentMut, EditError> {
    Written::parse(text, file).map_err(EditError::Problems)?;
    // What one TOML parser reads, the other reads too; were it not so, the file stays as it is.
    text.parse().map_err(|_| {
        EditError::Problems(vec![Problem::at(
            file,
            1,
            "line",
            "this file can't be edited",
        )])
    })
}

fn position(text: &str, file: &str, id: &str) -> Result<usize, EditError> {
    let read = Written::parse(text, file).map_err(EditError::Problems)?;
    read.lines
        .iter()
        .position(|line| line.id.value == id)
        .ok_or(EditError::NoSuchLine)
}

fn written(source: &PasswordSource) -> Item {
    let mut table = InlineTable::new();
    match source {
        PasswordSource::Keyring => table.insert("keyring", true.into()),
        PasswordSource::File(path) => table.insert("file", path.to_string_lossy().as_ref().into()),
        PasswordSource::Env(variable) => table.insert("env", variable.as_str().into()),
    };
    Item::Value(Value::InlineTable(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "# my phones\n\n[[line]] # the first\nid = \"work\"\naor = \"sip:tina@example.com\" # my number\npassword = { keyring = true }\n";

    fn tina_at(domain: &str) -> NewLine {
        NewLine {
            aor: format!("sip:tina@{domain}"),
            ..NewLine::default()
        }
    }

    #[test]
    fn the_first_line_of_an_empty_file_reads_as_by_hand() {
        let line = NewLine {
            registrar: Some("sip:pbx.example.com".into()),
            password: Some(PasswordSource::File("secret".into())),
            ..tina_at("example.com")
        };
        let (text, id) = add_line("", "config.toml", &line).unwrap();
        assert_eq!(id, "tina");
        assert_eq!(
            text,
            "[[line]]\naor = \"sip:tina@example.com\"\nregistrar = \"sip:pbx.example.com\"\npassword = { file = \"secret\" }\n"
        );
    }

    #[test]
    fn adding_keeps_every_byte_before() {
        let (text, id) = add_line(BEFORE, "config.toml", &tina_at("example.org")).unwrap();
        assert_eq!(id, "tina");
        assert_eq!(
            text,
            format!(
                "{BEFORE}\n[[line]]\naor = \"sip:tina@example.org\"\npassword = {{ keyring = true }}\n"
            )
        );
    }

    #[test]
    fn removing_keeps_the_others() {
        let (two, _) = add_line(BEFORE, "config.toml", &tina_at("example.org")).unwrap();
        assert_eq!(remove_line(&two, "config.toml", "tina").unwrap(), BEFORE);
        assert_eq!(
            remove_line(BEFORE, "config.toml", "home").unwrap_err(),
            EditError::NoSuchLine
        );
        assert_eq!(
            Written::parse(
                &remove_line(BEFORE, "config.toml", "work").unwrap(),
                "config.toml"
            )
            .unwrap()
            .lines,
            []
        );
    }

    #[test]
    fn the_source_of_a_password_changes_alone() {
        let text = set_password_source(
            BEFORE,
            "config.toml",
            "work",
            &PasswordSource::Env("TINA".into()),
        )
        .unwrap();
        assert_eq!(
            text,
            BEFORE.replace("{ keyring = true }", "{ env = \"TINA\" }")
        );
    }

    #[test]
    fn what_would_not_be_read_is_not_written() {
        let line = NewLine {
            id: Some("work".into()),
            ..tina_at("example.org")
        };
        assert!(matches!(
            add_line(BEFORE, "config.toml", &line),
            Err(EditError::Problems(_))
        ));
        let line = NewLine {
            registrar: Some("sip:x;transport=tls".into()),
            ..tina_at("example.org")
        };
        assert!(
            add_line(BEFORE, "config.toml", &line)
                .unwrap_err()
                .to_string()
                .contains("not in this version")
        );
        assert!(matches!(
            add_line("[[line]\n", "config.toml", &tina_at("x")),
            Err(EditError::Problems(_))
        ));
    }
}
