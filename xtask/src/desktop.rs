//! Tray and window from outside: what they are built with, what they run on, and building them.

use std::path::PathBuf;

use crate::packages::Package;
use crate::{Fallible, run, ui};

/// What `bellhop-tray` is built with.
pub(crate) const TO_BUILD: [Package; 2] = [
    Package::new(
        "pkg-config",
        "pkg-config",
        "finds the next one when the window is built",
    ),
    Package::headers(
        "libwebkit2gtk-4.1-dev",
        "webkit2gtk-4.1",
        "shows the window's page, and brings GTK",
    ),
];

/// What it loads while it runs.
pub(crate) const TO_RUN: [Package; 1] = [Package::library(
    "libayatana-appindicator3-1",
    "libayatana-appindicator3.so.1",
    "puts the tray's icon on the panel",
)];

/// What the tests run it in, and look at it with.
pub(crate) const TO_TEST: [Package; 9] = [
    Package::new("xvfb", "Xvfb", "a display of the tests' own"),
    Package::new("openbox", "openbox", "the window manager on it"),
    Package::new("xfce4-panel", "xfce4-panel", "a real panel for the icon"),
    Package::new("xfconf", "xfconf-query", "keeps that panel's settings"),
    Package::new(
        "xdotool",
        "xdotool",
        "looks for the window of an installed package",
    ),
    Package::new(
        "webkit2gtk-driver",
        "WebKitWebDriver",
        "reads and clicks the window as a person would",
    ),
    Package::new(
        "tesseract-ocr",
        "tesseract",
        "reads pictures of the window back as text",
    ),
    Package::new(
        "imagemagick",
        "import",
        "takes those pictures of an installed package",
    ),
    Package::new(
        "desktop-file-utils",
        "desktop-file-validate",
        "knows what a launcher must be like",
    ),
];

/// Programs as cargo leaves them.
pub(crate) struct Built {
    pub(crate) bellhop: PathBuf,
    pub(crate) tray: PathBuf,
    /// A tray of a few lines, to measure beside.
    pub(crate) minimal: PathBuf,
    /// The window's page with every state that it can show; for tests.
    pub(crate) fixture: Option<PathBuf>,
}

impl Built {
    /// Those that the environment names, by the variables of [`Built::variables`]: the demo is tested with what is built for tests.
    pub(crate) fn named() -> Option<Built> {
        let named = |name| std::env::var_os(name).map(PathBuf::from);
        Some(Built {
            bellhop: named("BELLHOP_BIN")?,
            tray: named("BELLHOP_TRAY_BIN")?,
            minimal: named("BELLHOP_MINIMAL_TRAY")?,
            fixture: None,
        })
    }

    /// By these variables tests find the programs.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, String)> {
        let programs = [
            ("BELLHOP_BIN", &self.bellhop),
            ("BELLHOP_TRAY_BIN", &self.tray),
            ("BELLHOP_MINIMAL_TRAY", &self.minimal),
        ];
        let fixture = self.fixture.iter().map(|path| ("BELLHOP_FIXTURE", path));
        let all = programs.into_iter().chain(fixture);
        all.map(|(name, path)| (name, path.display().to_string()))
    }
}

/// What a build of the tray is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum For {
    People,
    /// With doors that tests come in by, and that nobody else shall find.
    Tests,
}

/// Builds the page, the engine and the tray, in the release profile. Together: what both depend on is built once.
pub(crate) fn build(purpose: For) -> Fallible<Built> {
    ui::build()?;
    let mut cargo = run::cargo(&[
        "build",
        "--release",
        "--locked",
        "--package",
        "bellhop",
        "--package",
        "bellhop-tray",
        "--bins",
    ]);
    if purpose == For::Tests {
        cargo.args([
            "--features",
            "bellhop-tray/automation",
            "--example",
            "minimal",
        ]);
    }
    run::well(&mut cargo)?;
    let fixture = match purpose {
        For::People => None,
        For::Tests => Some(ui::fixture()?),
    };
    let release = run::target_directory()?.join("release");
    Ok(Built {
        bellhop: release.join("bellhop"),
        tray: release.join("bellhop-tray"),
        minimal: release.join("examples/minimal"),
        fixture,
    })
}
