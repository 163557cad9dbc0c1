//! A tray icon's menu, read and clicked as the desktop does it: `com.canonical.dbusmenu`.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use anyhow::{Context as _, Result, bail};
use bellhop_tests_support::started::comes;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

const INTERFACE: &str = "com.canonical.dbusmenu";

/// The menu of one icon.
#[derive(Debug)]
pub struct Menu {
    proxy: Proxy<'static>,
}

/// One line of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Its number, the same as long as it is the same line.
    pub id: i32,
    /// What it says, as it is shown: without mnemonics.
    pub label: String,
    /// It can be clicked.
    pub enabled: bool,
    /// A separator says nothing.
    pub separator: bool,
    /// Whether it is ticked, where it can be.
    pub ticked: Option<bool>,
    /// The lines of its submenu.
    pub lines: Vec<Line>,
}

impl Menu {
    pub(crate) fn at(connection: &Connection, owner: &str, path: OwnedObjectPath) -> Result<Menu> {
        let proxy = Proxy::new(connection, owner.to_owned(), path, INTERFACE)?;
        Ok(Menu { proxy })
    }

    /// All of it as it is now.
    ///
    /// # Errors
    /// When its owner does not answer.
    pub fn read(&self) -> Result<Line> {
        let all: (i32, i32, &[&str]) = (0, -1, &[]);
        let reply = self.proxy.call_method("GetLayout", &all)?;
        let body = reply.body();
        let (_, root): (u32, Layout) = body.deserialize()?;
        line(root.0, &root.1, &root.2)
    }

    /// Waits until one of its lines is as `wanted` says, and gives the whole menu.
    ///
    /// # Errors
    /// With the menu as it is at the end.
    pub fn when(&self, what: &str, wanted: impl Fn(&Line) -> bool) -> Result<Line> {
        let mut last = Line::default();
        let came = comes(&format!("a menu with {what}"), || {
            last = self.read()?;
            Ok(wanted(&last))
        });
        came.with_context(|| format!("the menu:\n{last}"))?;
        Ok(last)
    }

    /// Waits for a line that says this.
    ///
    /// # Errors
    /// As [`Menu::when`].
    pub fn says(&self, text: &str) -> Result<Line> {
        self.when(&format!("{text:?}"), |menu| menu.says(text))
    }

    /// Clicks the one line that says this.
    ///
    /// # Errors
    /// When there is none, or it is greyed.
    pub fn click(&self, text: &str) -> Result<()> {
        let menu = self.when(&format!("{text:?} to click"), |menu| {
            menu.find(text).is_some_and(|line| line.enabled)
        })?;
        let id = menu.find(text).context("a line")?.id;
        let nothing = Value::from(0_i32);
        let click = (id, "clicked", nothing, 0_u32);
        self.proxy.call_method("Event", &click)?;
        Ok(())
    }
}

impl Line {
    /// Whether it or a line below has this in it.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.all().iter().any(|line| line.label.contains(text))
    }

    /// The first line with this in it: lines that are exactly this before others.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Line> {
        let all = self.all();
        let exact = all.iter().find(|line| line.label == text);
        let found = exact.or_else(|| all.iter().find(|line| line.label.contains(text)));
        found.copied()
    }

    /// It and all below, in order.
    #[must_use]
    pub fn all(&self) -> Vec<&Line> {
        let below = self.lines.iter().flat_map(Line::all);
        std::iter::once(self).chain(below).collect()
    }

    /// The labels of its own lines.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.label.as_str()).collect()
    }

    fn tell(&self, depth: usize, text: &mut impl fmt::Write) -> fmt::Result {
        for line in &self.lines {
            let what = if line.separator { "---" } else { &line.label };
            let greyed = if line.enabled { "" } else { "  (greyed)" };
            let tick = match line.ticked {
                Some(true) => "[x] ",
                Some(false) => "[ ] ",
                None => "",
            };
            writeln!(text, "{:depth$}{tick}{what}{greyed}", "", depth = depth * 4)?;
            line.tell(depth + 1, text)?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.tell(0, &mut text)?;
        formatter.write_str(&text)?;
        formatter.write_char('\n')
    }
}

fn line(id: i32, properties: &HashMap<String, OwnedValue>, below: &[OwnedValue]) -> Result<Line> {
    let text = |name: &str| {
        properties
            .get(name)
            .and_then(|value| <&str>::try_from(value).ok())
            .unwrap_or_default()
    };
    // What is not said is so: the interface's defaults.
    let is = |name: &str| {
        properties
            .get(name)
            .and_then(|value| bool::try_from(value).ok())
            .unwrap_or(true)
    };
    let state = properties
        .get("toggle-state")
        .and_then(|value| i32::try_from(value).ok());
    let ticked = (!text("toggle-type").is_empty())
        .then_some(state)
        .flatten()
        .map(|state| state == 1);
    let mut lines = Vec::new();
    for value in below {
        let child = child(value)?;
        let visible = child.1.get("visible").map(bool::try_from);
        if !matches!(visible, Some(Ok(false))) {
            lines.push(line(child.0, &child.1, &child.2)?);
        }
    }
    Ok(Line {
        id,
        label: without_mnemonics(text("label")),
        enabled: is("enabled"),
        separator: text("type") == "separator",
        ticked,
        lines,
    })
}

type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

fn child(value: &OwnedValue) -> Result<Layout> {
    let structure: &Structure<'_> = value.downcast_ref::<&Structure<'_>>()?;
    let [id, properties, below] = structure.fields() else {
        bail!("a line of {} fields", structure.fields().len());
    };
    let properties: HashMap<String, OwnedValue> = properties.try_clone()?.try_into()?;
    let Value::Array(below) = below else {
        bail!("lines below that are {below:?}");
    };
    let below = below
        .iter()
        .map(|value| Ok(inner(value).try_to_owned()?))
        .collect::<Result<Vec<OwnedValue>>>()?;
    Ok((id.try_into()?, properties, below))
}

fn inner<'v, 'a>(value: &'v Value<'a>) -> &'v Value<'a> {
    if let Value::Value(inner) = value {
        inner
    } else {
        value
    }
}

/// An underscore marks the letter after it; two are one.
fn without_mnemonics(label: &str) -> String {
    let mut text = String::new();
    let mut letters = label.chars();
    while let Some(letter) = letters.next() {
        if letter == '_' {
            text.extend(letters.next());
        } else {
            text.push(letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mnemonics_are_not_part_of_a_label() {
        assert_eq!(without_mnemonics("_Quit"), "Quit");
        assert_eq!(without_mnemonics("a__b"), "a_b");
        assert_eq!(without_mnemonics("plain"), "plain");
    }

    #[test]
    fn the_line_that_is_exactly_this_comes_first() {
        let named = |label: &str| Line {
            label: label.to_owned(),
            ..Line::default()
        };
        let menu = Line {
            lines: vec![named("Pause all"), named("Pause")],
            ..Line::default()
        };
        assert_eq!(
            menu.find("Pause").map(|line| line.label.as_str()),
            Some("Pause")
        );
    }
}
