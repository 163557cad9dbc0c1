//! The window's page, driven by WebKitWebDriver in attach mode: the window runs already, the driver looks into it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bellhop_tests_support::started::{Started, comes};
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::look::Look;
use crate::picture::Picture;

mod attached;
mod keyboard;

pub use keyboard::{DOWN, ENTER, ESCAPE, TAB};

/// Where the window lets itself be looked into. Every desktop has a network of its own.
pub const INSPECTOR: &str = "127.0.0.1:9222";
const LONG: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(40);

/// The page in the window; the driver lets go of it when dropped.
#[derive(Debug)]
pub struct Page {
    client: Client,
    runtime: Runtime,
    _driver: Started,
}

impl Page {
    /// Opens an address in place of the page.
    ///
    /// # Errors
    /// When nothing answers there.
    pub fn open(&self, address: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.goto(address))?)
    }

    /// Gives the page that much room.
    ///
    /// # Errors
    /// When the browser does not take it.
    pub fn is_sized(&self, width: i64, height: i64) -> Result<()> {
        comes(&format!("a page of {width} × {height}"), || {
            let inner = self.run("return [innerWidth, innerHeight];")?;
            let missing = |at: &str, wanted: i64| {
                wanted - inner.pointer(at).and_then(Value::as_i64).unwrap_or(0)
            };
            let (wider, higher) = (missing("/0", width), missing("/1", height));
            if (wider, higher) != (0, 0) {
                self.runtime.block_on(async {
                    let (_, _, width, height) = self.client.get_window_rect().await?;
                    let new = |now: u64, more| u32::try_from(i64::try_from(now)? + more);
                    let (width, height) = (new(width, wider)?, new(height, higher)?);
                    anyhow::Ok(self.client.set_window_size(width, height).await?)
                })?;
            }
            Ok((wider, higher) == (0, 0))
        })
    }

    /// Runs a script's body in the page and gives what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub fn run(&self, script: &str) -> Result<Value> {
        let run = self.client.execute(script, Vec::new());
        Ok(self.runtime.block_on(run)?)
    }

    /// The same for one that calls `done` with what it gives.
    ///
    /// # Errors
    /// When it throws, or never does.
    pub fn run_until_done(&self, script: &str) -> Result<Value> {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        let run = self.client.execute_async(&script, Vec::new());
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(LONG, run).await });
        Ok(answer.context("the page did not answer")??)
    }

    /// Waits until an expression is true in the page.
    ///
    /// # Errors
    /// With what the page says at the end.
    pub fn until(&self, what: &str, expression: &str) -> Result<()> {
        let end = Instant::now() + LONG;
        loop {
            let holds = self.run(&format!("return Boolean({expression});"));
            if matches!(holds, Ok(Value::Bool(true))) {
                return Ok(());
            }
            if Instant::now() > end {
                holds?;
                bail!("not so: {what}. The page:\n{}", self.text()?);
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// All text that is to be seen.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn text(&self) -> Result<String> {
        let text = self.run("return document.body.innerText;")?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page says this.
    ///
    /// # Errors
    /// With what it says instead.
    pub fn says(&self, text: &str) -> Result<()> {
        let expression = format!("document.body.innerText.includes({})", json!(text));
        self.until(&format!("it says {text:?}"), &expression)
    }

    /// Waits for what has this `data-testid`, and gives its text.
    ///
    /// # Errors
    /// When nothing comes.
    pub fn text_of(&self, hook: &str) -> Result<String> {
        self.has(hook)?;
        let script = format!("return {}.innerText;", found(hook));
        Ok(self.run(&script)?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for what has this `data-testid`.
    ///
    /// # Errors
    /// When nothing comes.
    pub fn has(&self, hook: &str) -> Result<()> {
        self.until(&format!("there is {hook:?}"), &found(hook))
    }

    /// Waits until nothing has this `data-testid`.
    ///
    /// # Errors
    /// When it stays.
    pub fn has_no(&self, hook: &str) -> Result<()> {
        self.until(&format!("{hook:?} is gone"), &format!("!{}", found(hook)))
    }

    /// Waits until what has this `data-testid` says this and no more.
    ///
    /// # Errors
    /// With what it says instead.
    pub fn shows(&self, hook: &str, text: &str) -> Result<()> {
        self.until(
            &format!("{hook:?} is {text:?}"),
            &format!("{}?.innerText === {}", found(hook), json!(text)),
        )
    }

    /// Waits until what has this `data-testid` has this in it.
    ///
    /// # Errors
    /// With what it says instead.
    pub fn tells(&self, hook: &str, text: &str) -> Result<()> {
        self.until(
            &format!("{hook:?} has {text:?}"),
            &format!("{}?.innerText.includes({})", found(hook), json!(text)),
        )
    }

    /// Waits until an attribute of what has this `data-testid` has one of these values.
    ///
    /// # Errors
    /// When it never has.
    pub fn attribute(&self, hook: &str, name: &str, values: &[&str]) -> Result<()> {
        self.until(
            &format!("{name} of {hook:?} is one of {values:?}"),
            &format!(
                "{}.includes({}?.getAttribute({}))",
                json!(values),
                found(hook),
                json!(name)
            ),
        )
    }

    /// Clicks what has this `data-testid`.
    ///
    /// # Errors
    /// When nothing comes.
    pub fn click(&self, hook: &str) -> Result<()> {
        self.click_at(Locator::Css(&at(hook))).with_context(|| {
            format!(
                "clicking {hook:?}; the page:\n{}",
                self.text().unwrap_or_default()
            )
        })
    }

    /// Clicks what ends the window, with which the click's answer may be lost: what comes of it is the caller's to see.
    ///
    /// # Errors
    /// When it is not there.
    pub fn click_last(&self, hook: &str) -> Result<()> {
        self.has(hook)?;
        let clicked = self.runtime.block_on(async {
            let found = self.client.find(Locator::Css(&at(hook))).await?;
            found.click().await
        });
        drop(clicked);
        Ok(())
    }

    /// Clicks the button, link or menu item of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn press(&self, name: &str) -> Result<()> {
        self.click_at(Locator::XPath(&named(name)))
            .with_context(|| {
                format!(
                    "pressing {name:?}; the page:\n{}",
                    self.text().unwrap_or_default()
                )
            })
    }

    fn click_at(&self, locator: Locator<'_>) -> Result<()> {
        let end = Instant::now() + LONG;
        loop {
            let clicked = self.runtime.block_on(async {
                let found = self.client.find(locator).await?;
                found.click().await
            });
            match clicked {
                Ok(()) => return Ok(()),
                // Not there yet, covered by what is just leaving, or drawn anew in this moment.
                Err(error) if Instant::now() > end => return Err(error.into()),
                Err(_) => std::thread::sleep(GLANCE),
            }
        }
    }

    /// Types into the field in place of what is there.
    ///
    /// # Errors
    /// When there is none.
    pub fn fill(&self, hook: &str, text: &str) -> Result<()> {
        self.has(hook)?;
        let typed = self.runtime.block_on(async {
            let field = self.client.find(Locator::Css(&at(hook))).await?;
            field.clear().await?;
            field.send_keys(text).await
        });
        Ok(typed?)
    }

    /// What is seen of it, after everything is drawn.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn picture(&self) -> Result<Picture> {
        self.run_until_done(
            "requestAnimationFrame(() => requestAnimationFrame(() => done(true)));",
        )?;
        let png = self
            .runtime
            .block_on(async { tokio::time::timeout(LONG, self.client.screenshot()).await });
        Picture::read(&png.context("no picture comes")??)
    }

    /// Waits until the page has taken on a look.
    ///
    /// # Errors
    /// When it does not.
    pub fn has_look(&self, look: Look) -> Result<()> {
        let name = look.name();
        self.until(
            &format!("it is {name}"),
            &format!("matchMedia('(prefers-color-scheme: {name})').matches"),
        )
    }

    /// Waits until nothing moves any more.
    ///
    /// # Errors
    /// When it never ends.
    pub fn is_still(&self) -> Result<()> {
        self.until(
            "nothing moves",
            "document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getTiming().iterations === Infinity)",
        )
    }
}

fn at(hook: &str) -> String {
    format!("[data-testid='{hook}']")
}

fn found(hook: &str) -> String {
    format!("document.querySelector({})", json!(at(hook)))
}

/// By what it says, or by the label that it has for those who don't see.
fn named(name: &str) -> String {
    // No name has both kinds of quotes; the catalogue writes ' for the apostrophe.
    let quote = if name.contains('\'') { '"' } else { '\'' };
    let text = format!("{quote}{name}{quote}");
    format!(
        "//*[self::button or self::a or self::summary or @role='button' or @role='menuitem' or @role='switch' or @role='tab'][normalize-space(.)={text} or @aria-label={text}]"
    )
}
