//! The window's page, driven by WebKitWebDriver in attach mode: the window runs already, the driver looks into it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bellhop_tests_support::session::Login;
use bellhop_tests_support::started::Started;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::look::Look;
use crate::picture::Picture;

/// Where the window lets itself be looked into. Every desktop has a network of its own.
pub const INSPECTOR: &str = "127.0.0.1:9222";
const DRIVER: &str = "127.0.0.1:4444";
const LONG: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(40);
/// WebDriver's name for the key.
pub const TAB: &str = "\u{E004}";
/// The same.
pub const ENTER: &str = "\u{E007}";
/// The same.
pub const ESCAPE: &str = "\u{E00C}";
/// More than there are places for the focus on any page.
const MANY: usize = 40;

/// The page in the window; the driver lets go of it when dropped.
#[derive(Debug)]
pub struct Page {
    client: Client,
    runtime: Runtime,
    _driver: Started,
}

impl Page {
    /// Waits for the window's page.
    ///
    /// # Errors
    /// Without WebKitWebDriver, or when no window comes.
    pub fn attach(login: &Login) -> Result<Page> {
        let end = Instant::now() + LONG;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        loop {
            let driver = driver(login)?;
            match runtime.block_on(connect()) {
                Ok(client) => {
                    let page = Page {
                        client,
                        runtime,
                        _driver: driver,
                    };
                    page.until("the page is there", "document.readyState === 'complete'")?;
                    return Ok(page);
                }
                Err(error) if Instant::now() > end => {
                    return Err(error).context("the window can't be driven");
                }
                Err(_) => {}
            }
        }
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

    /// Waits until the page no longer says this.
    ///
    /// # Errors
    /// With what it says.
    pub fn says_no_more(&self, text: &str) -> Result<()> {
        let expression = format!("!document.body.innerText.includes({})", json!(text));
        self.until(&format!("{text:?} is gone"), &expression)
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

    /// Whether a button of this name is there.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn offers(&self, name: &str) -> Result<bool> {
        let named = named(name);
        let find = self.client.find_all(Locator::XPath(&named));
        Ok(!self.runtime.block_on(find)?.is_empty())
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
        let mut seen = Vec::new();
        for _ in 0..MANY {
            self.keys(TAB)?;
            let focus = self.run(
                "const it = document.activeElement; return it.dataset.testid ?? it.tagName;",
            )?;
            if focus.as_str() == Some(hook) {
                return Ok(());
            }
            seen.push(focus.to_string());
        }
        bail!("Tab never comes to {hook:?}, only to {}", seen.join(", "))
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

async fn connect() -> Result<Client> {
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let driver = format!("http://{DRIVER}");
    let client = builder
        .capabilities(serde_json::Map::new())
        .connect(&driver);
    let client = tokio::time::timeout(LONG, client).await??;
    ensure!(
        client.execute("return true;", Vec::new()).await? == json!(true),
        "a page that runs nothing"
    );
    Ok(client)
}

fn driver(login: &Login) -> Result<Started> {
    let port = DRIVER.rsplit(':').next().unwrap_or_default();
    let mut command = Command::new("WebKitWebDriver");
    command
        .arg(format!("--port={port}"))
        .arg(format!("--target={INSPECTOR}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    login.dress(&mut command);
    let driver =
        Started::new(&mut command).context("WebKitWebDriver (package webkit2gtk-driver)")?;
    bellhop_tests_support::started::comes("the driver", || {
        Ok(std::net::TcpStream::connect(DRIVER).is_ok())
    })?;
    Ok(driver)
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
