//! A trial's surroundings: a desktop on a laptop with two uplinks, and a company with a Kamailio.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_lab::company::kamailio::{Habits, Kamailio};
use bellhop_tests_lab::company::{Binding, DOMAIN, PASSWORD, Registrar as _, USER};
use bellhop_tests_lab::laptop::Uplink;
use bellhop_tests_lab::topology::{Lab, REGISTRAR};
use bellhop_tests_lab::verbs::PREFERRED;
use bellhop_tests_support::binary::target_directory;
use bellhop_tests_support::started::comes;

use crate::axe;
use crate::desktop::Desktop;
use crate::look::Look;
use crate::page::Page;
use crate::picture::Picture;
use crate::programs::Programs;
use crate::words;

/// So near is the company: nothing here measures its distance.
const ROUND_TRIP: Duration = Duration::ZERO;

/// Laptop, company and desktop.
pub struct Stage<'l> {
    // In the order in which they must end.
    /// What the person has before them.
    pub desktop: Desktop,
    company: RefCell<Option<Kamailio>>,
    /// The hosts.
    pub lab: &'l Lab,
    name: String,
}

/// Sets the stage, plays, and keeps what is to be seen when it went wrong.
///
/// # Errors
/// As the play, or when something does not come up.
pub fn play(name: &str, act: impl FnOnce(&Stage<'_>) -> Result<()> + Send) -> Result<()> {
    play_on(name, Desktop::start, act)
}

/// The same on a desktop without a place for icons.
///
/// # Errors
/// As [`play`].
pub fn play_on(
    name: &str,
    desktop: impl FnOnce(&Programs) -> Result<Desktop> + Send,
    act: impl FnOnce(&Stage<'_>) -> Result<()> + Send,
) -> Result<()> {
    let programs = Programs::gathered()?;
    let lab = Lab::build(ROUND_TRIP, 1)?;
    lab.laptop.inside(|| {
        let company = Kamailio::start(&lab, Habits::default())?;
        lab.join(Uplink::Wlan, PREFERRED)?;
        let stage = Stage {
            desktop: desktop(&programs)?,
            company: RefCell::new(Some(company)),
            lab: &lab,
            name: name.to_owned(),
        };
        let played = act(&stage);
        if let Err(error) = &played {
            let _ = stage.keep(&format!("{error:#}"));
        }
        played
    })
}

impl Stage<'_> {
    /// A line as the config has it, with its password in the keyring.
    ///
    /// # Errors
    /// When keyring or config do not take it.
    pub fn with_a_line(&self) -> Result<()> {
        self.with_a_line_and(PASSWORD)
    }

    /// The same with that password.
    ///
    /// # Errors
    /// As [`Stage::with_a_line`].
    pub fn with_a_line_and(&self, password: &str) -> Result<()> {
        self.desktop.keyring.store(AOR, password.as_bytes())?;
        self.desktop.write_config(&config())
    }

    /// The registrar goes away.
    pub fn close_company(&self) {
        drop(self.company.borrow_mut().take());
    }

    /// It is back, and knows nothing.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn open_company(&self) -> Result<()> {
        let company = Kamailio::start(self.lab, Habits::default())?;
        *self.company.borrow_mut() = Some(company);
        Ok(())
    }

    /// What it holds for the line.
    ///
    /// # Errors
    /// When it is closed, or can't be asked.
    pub fn bindings(&self) -> Result<Vec<Binding>> {
        let company = self.company.borrow();
        company
            .as_ref()
            .context("the company is closed")?
            .bindings(USER)
    }

    /// Waits until it holds so many bindings, and gives them.
    ///
    /// # Errors
    /// When it never does.
    pub fn holds(&self, count: usize) -> Result<Vec<Binding>> {
        let mut last = Vec::new();
        let came = comes(&format!("{count} bindings at the registrar"), || {
            last = self.bindings()?;
            Ok(last.len() == count)
        });
        came.with_context(|| format!("it holds {last:?}"))?;
        Ok(last)
    }

    /// Keeps pictures of a state, light and dark, and checks each: axe finds nothing, and the sentence is to be read by who has only the picture.
    ///
    /// # Errors
    /// With the findings, or what is read instead.
    pub fn seen(&self, page: &Page, state: &str, sentence: &str) -> Result<()> {
        let pictures = self.pictured(page, state)?;
        ensure_read(&pictures, sentence)
    }

    /// The same without reading, which takes longer than some states last: [`ensure_read`] does it later.
    ///
    /// # Errors
    /// With the findings.
    pub fn pictured(&self, page: &Page, state: &str) -> Result<Vec<(String, Picture)>> {
        let mut pictures = Vec::new();
        for look in Look::ALL {
            self.desktop.wears(look)?;
            page.has_look(look)?;
            page.is_still()?;
            let picture = page.picture()?;
            let name = format!("{state}-{}", look.name());
            self.keep_picture(&name, &picture)?;
            axe::finds_nothing(page).with_context(|| name.clone())?;
            pictures.push((name, picture));
        }
        self.desktop.wears(Look::Light)?;
        page.has_look(Look::Light)?;
        Ok(pictures)
    }

    /// Keeps a picture.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn keep_picture(&self, name: &str, picture: &Picture) -> Result<PathBuf> {
        let folder = kept()?;
        let file = folder.join(format!("{name}.png"));
        picture.write(&file)?;
        Ok(file)
    }

    /// What went wrong, what is on the screen, and what was said.
    fn keep(&self, error: &str) -> Result<()> {
        let folder = kept()?.join("failed");
        fs::create_dir_all(&folder)?;
        let picture = self.desktop.display.picture()?;
        picture.write(&folder.join(format!("{}.png", self.name)))?;
        let menu = self.desktop.icons() > 0;
        let menu = menu.then(|| self.desktop.icon().and_then(|icon| icon.menu.read()));
        let told = format!(
            "{error}\n\nprocesses: {:#?}\nnotifications: {:#?}\nmenu: {menu:?}\nstatus: {:?}\n{}",
            self.desktop.processes(),
            self.desktop.notifications.shown(),
            self.desktop.status(),
            self.desktop.said(),
        );
        Ok(fs::write(folder.join(format!("{}.txt", self.name)), told)?)
    }
}

/// Checks that a sentence is to be read in each picture.
///
/// # Errors
/// With what is read instead.
pub fn ensure_read(pictures: &[(String, Picture)], sentence: &str) -> Result<()> {
    for (name, picture) in pictures {
        words::ensure_written(picture, sentence).with_context(|| name.clone())?;
    }
    Ok(())
}

/// The line's address of record.
pub const AOR: &str = "sip:tina@company.test";

/// A config with the line.
#[must_use]
pub fn config() -> String {
    format!(
        "[[line]]\nid = \"work\"\naor = \"sip:{USER}@{DOMAIN}\"\nregistrar = \"sip:{REGISTRAR}\"\npassword = {{ keyring = true }}\n"
    )
}

/// Where pictures and the report are kept.
///
/// # Errors
/// When the folder can't be made.
pub fn kept() -> Result<PathBuf> {
    let folder = target_directory()?.join("desktop");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Checks the one binding's address.
///
/// # Errors
/// When it is another, or several.
pub fn ensure_only_from(bindings: &[Binding], address: std::net::Ipv4Addr) -> Result<()> {
    let [binding] = bindings else {
        anyhow::bail!("not one binding: {bindings:?}");
    };
    ensure!(
        binding.address.contains(&address.to_string()),
        "from elsewhere than {address}: {binding:?}"
    );
    Ok(())
}
