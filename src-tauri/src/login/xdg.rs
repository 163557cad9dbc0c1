//! The desktop's list: a file per program in the folder `autostart` (freedesktop's Desktop Application Autostart Specification).

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

use bellhop_control::catalogue::text;

/// As packages call the program's own entry, so that desktops know that both are one.
const FILE: &str = "app.bellhop.Bellhop.desktop";

/// The entry of this account.
#[derive(Clone, Debug)]
pub(crate) struct List {
    entry: PathBuf,
}

impl List {
    /// None if this account has no home directory.
    pub(crate) fn of_this_account() -> Option<List> {
        let folders = directories::BaseDirs::new()?;
        Some(List::in_folder(folders.config_dir().join("autostart")))
    }

    pub(super) fn in_folder(folder: PathBuf) -> List {
        List {
            entry: folder.join(FILE),
        }
    }

    /// Whether the desktop will start it: the entry is there, and nobody switched it off in it, as desktops' settings do.
    pub(crate) fn starts_it(&self) -> bool {
        let Ok(entry) = fs::read_to_string(&self.entry) else {
            return false;
        };
        let says = |key: &str, value: &str| {
            entry.lines().any(|line| {
                let pair = line.split_once('=');
                pair.is_some_and(|(name, said)| {
                    name.trim() == key && said.trim().eq_ignore_ascii_case(value)
                })
            })
        };
        !says("Hidden", "true") && !says("X-GNOME-Autostart-enabled", "false")
    }

    /// Puts it there.
    ///
    /// # Errors
    /// It can't be written, or a word can't stand in it.
    pub(crate) fn add(&self, words: &[String]) -> io::Result<()> {
        let words: Option<Vec<String>> = words.iter().map(|word| quoted(word)).collect();
        let words = words.ok_or(io::ErrorKind::InvalidInput)?;
        if let Some(folder) = self.entry.parent() {
            fs::create_dir_all(folder)?;
        }
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Bellhop\nComment={}\nExec={}\nIcon=app.bellhop.Bellhop\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
            text("login-comment", &[]),
            words.join(" "),
        );
        fs::write(&self.entry, entry)
    }

    /// Takes it away.
    ///
    /// # Errors
    /// It is there and can't be removed.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.entry) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

/// For people.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.display().fmt(f)
    }
}

/// A word of `Exec`, where two rules apply: the one of quoted words, and over it that of all values, to which a backslash is two. None for what no entry can hold.
fn quoted(word: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Some(word.to_owned());
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            c if c.is_control() => return None,
            '\\' => quoted.push_str(r"\\\\"),
            '"' | '`' | '$' => {
                quoted.push_str(r"\\");
                quoted.push(c);
            }
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Some(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_so_that_desktops_read_it_as_it_was() {
        assert_eq!(
            quoted("/usr/bin/bellhop-tray").unwrap(),
            "/usr/bin/bellhop-tray"
        );
        assert_eq!(quoted("/home/ti na").unwrap(), r#""/home/ti na""#);
        assert_eq!(quoted(r#"a"$\%"#).unwrap(), r#""a\\"\\$\\\\%%""#);
        assert_eq!(quoted("").unwrap(), r#""""#);
        assert_eq!(quoted("a\nExec=evil"), None);
    }
}
