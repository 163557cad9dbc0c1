//! The window's page fed by hand: every state that it can show (`ui/dev/states.ts`), served to a browser that draws as the window does.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_support::binary::workspace;

/// Names the folder of a page that is built already; it also tells the tests inside their namespaces where it is.
pub const VARIABLE: &str = "BELLHOP_FIXTURE";
/// Served beside the page, so that each state has it at once.
const AXE: &str = "ui/node_modules/axe-core/axe.min.js";

/// The folder of the page, and the variable that tells it to the process inside. Built where the environment names none.
///
/// # Errors
/// Without npm, or when the build fails.
pub fn built() -> Result<(&'static str, String)> {
    let folder = match env::var_os(VARIABLE) {
        Some(named) => PathBuf::from(named),
        None => build()?,
    };
    ensure!(
        folder.join("index.html").is_file(),
        "{} has no page; {VARIABLE} can name another folder",
        folder.display()
    );
    Ok((VARIABLE, folder.display().to_string()))
}

fn build() -> Result<PathBuf> {
    let ui = workspace().join("ui");
    let mut npm = Command::new("npm");
    npm.args(["run", "--silent", "fixture"]);
    let npm = npm.current_dir(&ui).stdin(Stdio::null());
    let status = npm
        .stdout(Stdio::null())
        .status()
        .context("npm is needed to build the fixture (`cargo xtask test` brings it)")?;
    ensure!(
        status.success(),
        "`npm run fixture` failed ({status}); before it, `cargo xtask ui` brings its packages"
    );
    Ok(ui.join("dev/dist"))
}

/// Serves the page that [`built`] told of, for as long as the process lives, and gives its address.
///
/// # Errors
/// When nothing was built, or no port is free.
pub fn serve() -> Result<String> {
    let folder = env::var_os(VARIABLE).context("no fixture was built")?;
    let files = Arc::new(files(Path::new(&folder))?);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for browser in listener.incoming().flatten() {
            let files = Arc::clone(&files);
            thread::spawn(move || answer(browser, &files));
        }
    });
    Ok(address)
}

type Files = BTreeMap<String, Vec<u8>>;

/// Every file by its path in an address.
fn files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.display().to_string();
                files.insert(format!("/{name}"), fs::read(&path)?);
            }
        }
    }
    let axe = workspace().join(AXE);
    let axe = fs::read(&axe).with_context(|| format!("{}: npm brings it", axe.display()))?;
    files.insert("/axe.js".into(), axe);
    let page = files.get("/index.html").context("a page")?;
    let page = String::from_utf8_lossy(page)
        .replace("<title>", "<script src=\"/axe.js\"></script><title>");
    files.insert("/".into(), page.into_bytes());
    Ok(files)
}

fn answer(mut browser: TcpStream, files: &Files) -> Option<()> {
    let mut lines = BufReader::new(browser.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    // The rest of what it says is not needed, and has to be read.
    for line in lines {
        if line.ok()?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1)?;
    let path = path.split('?').next()?;
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    };
    let none = Vec::new();
    let (status, body) = match files.get(path) {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", &none),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    browser.write_all(head.as_bytes()).ok()?;
    browser.write_all(body).ok()
}
