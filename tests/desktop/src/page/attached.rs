//! How a page is come by: the window's own, or one in a browser.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_support::session::Login;
use bellhop_tests_support::started::{Started, comes};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::runtime::Builder;

use super::{INSPECTOR, LONG, Page};
use crate::desktop::Desktop;

const DRIVER: &str = "127.0.0.1:4444";

impl Page {
    /// Waits for the window's page.
    ///
    /// # Errors
    /// Without WebKitWebDriver, or when no window comes.
    pub fn attach(login: &Login) -> Result<Page> {
        let end = Instant::now() + LONG;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        loop {
            let driver = attached(login)?;
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

    /// A browser of the same engine as the window, for pages that need no window's process. What is drawn around the page takes so little room that it can be
    /// as narrow as the window.
    ///
    /// # Errors
    /// Without WebKitWebDriver and the browser that comes with WebKit, or when they do not come up.
    pub fn browse(desktop: &Desktop) -> Result<Page> {
        let theme = desktop.home().join(".config/gtk-3.0");
        fs::create_dir_all(&theme)?;
        let narrow = "* { min-width: 0; padding: 0; margin: 0; font-size: 6px; }";
        fs::write(theme.join("gtk.css"), narrow)?;
        let mut command = desktop.command("WebKitWebDriver".as_ref());
        command.env_remove("WEBKIT_INSPECTOR_SERVER");
        let driver = driver(&mut command)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(connect()).context("a browser")?;
        Ok(Page {
            client,
            runtime,
            _driver: driver,
        })
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

/// One that looks into the window.
fn attached(login: &Login) -> Result<Started> {
    let mut command = Command::new("WebKitWebDriver");
    login.dress(&mut command);
    driver(command.arg(format!("--target={INSPECTOR}")))
}

fn driver(command: &mut Command) -> Result<Started> {
    let port = DRIVER.rsplit(':').next().unwrap_or_default();
    command
        .arg(format!("--port={port}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let driver = Started::new(command).context("WebKitWebDriver (package webkit2gtk-driver)")?;
    comes("the driver", || {
        Ok(std::net::TcpStream::connect(DRIVER).is_ok())
    })?;
    Ok(driver)
}
