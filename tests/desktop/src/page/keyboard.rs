//! The page for those who have no mouse: keys, and where the focus is.

use anyhow::{Context as _, Result, bail};
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde_json::json;

use super::Page;

/// WebDriver's name for the key.
pub const TAB: &str = "\u{E004}";
/// The same.
pub const ENTER: &str = "\u{E007}";
/// The same.
pub const ESCAPE: &str = "\u{E00C}";
/// The same.
pub const DOWN: &str = "\u{E015}";
/// What has the focus, by its `data-testid`, or by its name.
const FOCUS: &str = "(document.activeElement.dataset.testid ?? document.activeElement.tagName)";
/// More than there are places for the focus on any page.
const MANY: usize = 40;

impl Page {
    /// Presses keys, one after the other, for what has the focus; those that are no letters are WebDriver's ([`TAB`]).
    ///
    /// # Errors
    /// When the window is gone.
    pub fn keys(&self, keys: &str) -> Result<()> {
        for value in keys.chars() {
            let actions = KeyActions::new("keyboard".to_owned())
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
            self.runtime
                .block_on(self.client.perform_actions(actions))?;
        }
        Ok(())
    }

    /// Goes on by Tab until the focus is on what has this `data-testid`.
    ///
    /// # Errors
    /// When it never comes there.
    pub fn tab_to(&self, hook: &str) -> Result<()> {
        self.go_to(hook, TAB)
    }

    /// Goes down a menu until the focus is on what has this `data-testid`.
    ///
    /// # Errors
    /// When it never comes there.
    pub fn down_to(&self, hook: &str) -> Result<()> {
        self.go_to(hook, DOWN)
    }

    fn go_to(&self, hook: &str, key: &str) -> Result<()> {
        let mut seen = Vec::new();
        for _ in 0..MANY {
            let focus = self.run(&format!("return {FOCUS};"))?;
            if focus.as_str() == Some(hook) {
                return Ok(());
            }
            seen.push(focus.to_string());
            self.keys(key)?;
        }
        bail!(
            "the key never leads to {hook:?}, only to {}",
            seen.join(", ")
        )
    }

    /// Waits until the focus is on what has this `data-testid`.
    ///
    /// # Errors
    /// With what has it instead.
    pub fn has_focus(&self, hook: &str) -> Result<()> {
        let expression = format!("{FOCUS} === {}", json!(hook));
        let came = self.until(&format!("the focus is on {hook:?}"), &expression);
        came.with_context(|| format!("it is on {:?}", self.run(&format!("return {FOCUS};"))))
    }
}
