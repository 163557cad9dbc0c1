//! The desktop's list: a file per program in the folder `autostart` (freedesktop's Desktop Application Autostart Specification).

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bellhop_control::catalogue::text;

/// As packages call the program's own entry, so that desktops know that both are one.
const FILE: &str = "app.bellhop.Bellhop.desktop";

/// Where entries of the whole machine are, if the environment does not say.
const MACHINE: &str = "/etc/xdg";

/// The entry of this account, and those of the machine that it takes the place of.
#[derive(Clone, Debug)]
pub(crate) struct List {
    own: PathBuf,
    machine: Vec<PathBuf>,
}

impl List {
    /// None if this account has no home directory.
    pub(crate) fn of_this_account() -> Option<List> {
        let folders = directories::BaseDirs::new()?;
        let machine = std::env::var_os("XDG_CONFIG_DIRS").filter(|folders| !folders.is_empty());
        let machine = machine.unwrap_or_else(|| MACHINE.into());
        let machine: Vec<PathBuf> = std::env::split_paths(&machine)
            .filter(|folder| folder.is_absolute())
            .collect();
        Some(List::in_folders(folders.config_dir(), &machine))
    }

    pub(super) fn in_folders(own: &Path, machine: &[PathBuf]) -> List {
        let entry = |folder: &Path| folder.join("autostart").join(FILE);
        List {
            own: entry(own),
            machine: machine.iter().map(|folder| entry(folder)).collect(),
        }
    }

    /// Whether the desktop will start it: there is an entry, and nobody switched it off in it, as desktops' settings do. The first one found is in force.
    pub(crate) fn starts_it(&self) -> bool {
        starts(&self.own).unwrap_or_else(|| self.is_started_for_everybody())
    }

    /// Whoever looks after this machine may have switched it on for all.
    fn is_started_for_everybody(&self) -> bool {
        let mut entries = self.machine.iter();
        entries.find_map(|entry| starts(entry)).unwrap_or(false)
    }

    /// Puts it there.
    ///
    /// # Errors
    /// It can't be written, or a word can't stand in it.
    pub(crate) fn add(&self, words: &[String]) -> io::Result<()> {
        let words: Option<Vec<String>> = words.iter().map(|word| quoted(word)).collect();
        let words = words.ok_or(io::ErrorKind::InvalidInput)?;
        if let Some(folder) = self.own.parent() {
            fs::create_dir_all(folder)?;
        }
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Bellhop\nComment={}\nExec={}\nIcon=app.bellhop.Bellhop\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
            text("login-comment", &[]),
            words.join(" "),
        );
        fs::write(&self.own, entry)
    }

    /// Takes it away; where it is switched on for everybody, an entry that says no takes that one's place.
    ///
    /// # Errors
    /// It is there and can't be removed, or the other can't be written.
    pub(crate) fn remove(&self) -> io::Result<()> {
        if self.is_started_for_everybody() {
            if let Some(folder) = self.own.parent() {
                fs::create_dir_all(folder)?;
            }
            return fs::write(
                &self.own,
                "[Desktop Entry]\nType=Application\nName=Bellhop\nHidden=true\n",
            );
        }
        match fs::remove_file(&self.own) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

/// For people.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.own.display().fmt(f)
    }
}

/// What an entry says; none if there is none that can be read.
fn starts(entry: &Path) -> Option<bool> {
    let entry = fs::read_to_string(entry).ok()?;
    let says = |key: &str, value: &str| {
        entry.lines().any(|line| {
            let pair = line.split_once('=');
            pair.is_some_and(|(name, said)| {
                name.trim() == key && said.trim().eq_ignore_ascii_case(value)
            })
        })
    };
    Some(!says("Hidden", "true") && !says("X-GNOME-Autostart-enabled", "false"))
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
