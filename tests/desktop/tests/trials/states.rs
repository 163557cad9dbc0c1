//! Every state of the page, light and dark, as narrow as the window opens and as wide as it gets: axe finds nothing, and what it says is to be read by who has only
//! the picture. The states are the fixture's (`ui/dev/states.ts`); what really happens, the other trials show.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::axe;
use bellhop_tests_desktop::display::Place;
use bellhop_tests_desktop::fixture;
use bellhop_tests_desktop::look::Look;
use bellhop_tests_desktop::page::Page;
use bellhop_tests_desktop::picture::Picture;
use bellhop_tests_desktop::stage::{Stage, kept};
use bellhop_tests_desktop::words;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::trial;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial("every_state_is_read_in_a_narrow_window", |stage| {
            all_are_seen(stage, 420, 640, Reading::Pictures)
        }),
        trial("every_state_is_seen_in_a_wide_window", |stage| {
            all_are_seen(stage, 1200, 760, Reading::Page)
        }),
    ]);
}

/// Around what is read, in pixels: letters at the very edge are not.
const MARGIN: f64 = 12.0;

/// Where the sentence of each state is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// On the picture, as by a person. The letters are the same in a wider window.
    Pictures,
    /// In the page only.
    Page,
}

/// What a person does before it is so.
#[derive(Clone, Copy, Debug)]
enum Act {
    Click(&'static str),
    Type(&'static str, &'static str),
}

use Act::{Click, Type};

const MENU: Act = Click("line-menu");
const PASSWORD: [Act; 2] = [MENU, Click("menu-password")];
const REMOVE: [Act; 2] = [MENU, Click("menu-remove")];
const EDIT: [Act; 2] = [MENU, Click("menu-edit")];
const ADD: [Act; 3] = [
    Type("field-aor", "tina@example.com"),
    Type("field-password", "secret"),
    Click("save"),
];
const PHONE_MENU: Act = Click("device-menu");
const ADD_PHONE: [Act; 3] = [
    Click("add-device"),
    Type("field-name", "kitchen"),
    Click("save"),
];
const ADD_AND_LEAVE: [Act; 4] = [ADD[0], ADD[1], ADD[2], Click("done")];

/// Name of the picture, the fixture's state, what is done in it, and the sentence that tells it.
type Sight = (&'static str, &'static str, &'static [Act], &'static str);

#[rustfmt::skip]
const SIGHTS: [Sight; 61] = [
    ("registered", "registered", &[], "tina@example.com at pbx.example.com"),
    ("line-menu", "registered", &[MENU], "Enter password"),
    ("password-dialog", "registered", &PASSWORD, "Password for tina@example.com"),
    ("remove-dialog", "registered", &REMOVE, "Remove tina@example.com"),
    ("others", "others", &[], "Other places this number rings"),
    ("proven", "proven", &[], "You can be called"),
    ("registering", "registering", &[], "Registering"),
    ("silent", "silent", &[], "does not answer; trying again in 12 s"),
    ("banned", "banned", &[], "pbx.example.com stopped answering this address"),
    ("not-done", "banned", &[Click("action")], "is not done after 5 s"),
    ("offline", "offline", &[], "no network connection"),
    ("password", "password", &[], "the company refused the password for tina"),
    ("forbidden", "forbidden", &[], "the company does not accept tina@example.com (403)"),
    ("locked", "locked", &[], "the password is locked in your keyring"),
    ("elsewhere", "elsewhere", &[], "Registered elsewhere only"),
    ("paused", "paused", &[], "calls don't come to this laptop"),
    ("lines", "lines", &[], "support@another-company.example"),
    ("hostile", "hostile", &[], "<script>alert(1)</script>@example.com at"),
    ("numeric", "numeric", &[], "tina@example.com at pbx.example.com"),
    ("demo", "demo", &[], "This is the demo"),
    ("notice", "notice", &[], "Registered again in 41 ms (Wi-Fi"),
    ("no-tray", "no-tray", &[], "This desktop has no place for Bellhop's icon"),
    ("quit-dialog", "no-tray", &[Click("quit")], "You can't be called on this laptop any more"),
    ("no-library", "no-library", &[], "The library that shows Bellhop's icon is not installed"),
    ("config-error", "config-error", &[], "config file has 2 problems; the config before stays in force"),
    ("empty-no-tray", "empty-no-tray", &[], "This desktop has no place for Bellhop's icon"),
    ("empty", "empty", &[], "No line yet"),
    ("no-view", "no-view", &[], "Bellhop is starting"),
    ("starting", "starting", &[], "Bellhop is starting"),
    ("stopped", "stopped", &[], "the engine ended the connection"),
    ("stopped-config", "stopped-config", &[], "starting it again in 12 s"),
    ("newer", "newer", &[], "Bellhop was updated"),
    ("login", "no-tray", &[], "Start Bellhop at login"),
    ("login-refused", "login-refused", &[Click("start-at-login")], "can't be written: permission denied"),
    ("login-refused-first", "login-refused-first", &[Click("login-done")], "can't be written: permission denied"),
    ("form-add", "form-add", &[], "Add your line"),
    ("form-more", "form-add", &[Click("more")], "Some companies admit only programs that they know"),
    ("form-empty", "form-add", &[Click("save")], "The address is needed"),
    ("form-refused", "form-refused", &ADD, "2 fields need another look"),
    ("form-locked", "form-locked", &ADD, "password is locked in your keyring"),
    ("form-edit", "form-edit", &EDIT, "Kept in the file work.secret"),
    ("trial-running", "trial-running", &ADD, "Adding tina@example.com"),
    ("trial-unproven", "trial-unproven", &ADD, "tina@example.com is registered"),
    ("trial-holds", "trial-holds", &ADD, "tina@example.com works"),
    ("trial-login-refused", "trial-login-refused", &ADD_AND_LEAVE, "can't be written: permission denied"),
    ("trial-wrong", "trial-wrong", &ADD, "the company refused the password for tina"),
    ("trial-password", "trial-wrong", &[ADD[0], ADD[1], ADD[2], Click("action")], "Password for tina@example.com"),
    ("trial-unknown", "trial-unknown", &ADD, "DNS does not know pbx.example.com"),
    ("home-empty", "home-empty", &[], "No phone at home yet"),
    ("home-online", "home-online", &[], "1 of 3 online"),
    ("home-menu", "home-online", &[PHONE_MENU], "New password"),
    ("home-remove", "home-online", &[PHONE_MENU, Click("menu-remove-device")], "It can no longer register here"),
    ("home-forget", "home-online", &[Click("home-forget")], "until you say again that it is home"),
    ("home-added", "home-online", &ADD_PHONE, "The password is shown this once"),
    ("home-away", "home-away", &[], "This network is not home"),
    ("home-here-refused", "home-away", &[Click("home-here")], "network can't be told from others"),
    ("home-added-away", "home-away", &ADD_PHONE, "only a phone on this laptop itself can register here"),
    ("home-taken", "home-taken", &[], "is taken by baresip"),
    ("home-off", "home-off", &[], "Phones at home are off in the config"),
    ("home-refused", "home-refused", &ADD_PHONE, "another device or group has the same name"),
    ("home-hostile", "home-hostile", &[], "<b>desk</b>"),
];

fn all_are_seen(stage: &Stage<'_>, width: i64, height: i64, reading: Reading) -> Result<()> {
    let begun = Instant::now();
    let fixture = fixture::serve()?;
    let page = Page::browse(&stage.desktop)?;
    page.open(&fixture)?;
    ensure_complete(&page)?;
    page.is_sized(width, height)?;
    let folder = kept()?.join("states");
    std::fs::create_dir_all(&folder)?;
    let (seen, to_read) = mpsc::channel::<(String, Picture, Place, &'static str)>();
    // One reads while the other looks on.
    let reader = thread::spawn(move || {
        let unread = to_read
            .iter()
            .filter_map(|(name, picture, place, sentence)| {
                // A part is read faster, and some letters only among others.
                let read = words::ensure_written(&picture.part(place), sentence);
                let read = read.or_else(|_| words::ensure_written(&picture, sentence));
                let error = read.err()?;
                Some(format!("{name}: {error:#}"))
            });
        unread.collect::<Vec<String>>()
    });
    let mut wrong = Vec::new();
    for look in Look::ALL {
        stage.desktop.wears(look)?;
        page.has_look(look)?;
        for (name, state, acts, sentence) in SIGHTS {
            let name = format!("{name}-{}-{width}", look.name());
            // Another query makes it another page, which is loaded.
            page.open(&format!("{fixture}/?{name}#{state}"))?;
            match is_seen(&page, acts, sentence) {
                Ok((picture, place)) => {
                    picture.write(&folder.join(format!("{name}.png")))?;
                    if reading == Reading::Pictures {
                        seen.send((name, picture, place, sentence))?;
                    }
                }
                Err(error) => wrong.push(format!("{name}: {error:#}")),
            }
        }
    }
    drop(seen);
    let unread = reader.join().ok().context("the reader panicked")?;
    wrong.extend(unread);
    println!("{width} wide: {:.0?}", begun.elapsed());
    ensure!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    Ok(())
}

/// No state is left out, and none is made up.
fn ensure_complete(page: &Page) -> Result<()> {
    page.until("the fixture is there", "window.states")?;
    let states = page.run("return window.states;")?;
    let states = states.as_array().context("the fixture's states")?;
    let states: BTreeSet<&str> = states.iter().filter_map(Value::as_str).collect();
    let shown: BTreeSet<&str> = SIGHTS.iter().map(|(_, state, ..)| *state).collect();
    let other: Vec<&&str> = states.symmetric_difference(&shown).collect();
    ensure!(other.is_empty(), "in states.ts or here only: {other:?}");
    let names: BTreeSet<&str> = SIGHTS.iter().map(|(name, ..)| *name).collect();
    ensure!(names.len() == SIGHTS.len(), "two pictures of one name");
    Ok(())
}

/// The picture, and where the sentence is on it.
fn is_seen(page: &Page, acts: &[Act], sentence: &str) -> Result<(Picture, Place)> {
    for act in acts {
        match act {
            Click(hook) => page.click(hook)?,
            Type(hook, text) => page.fill(hook, text)?,
        }
    }
    page.says(sentence)?;
    page.is_still()?;
    let place = place_of(page, sentence)?;
    let picture = page.picture()?;
    axe::finds_nothing(page)?;
    let refused = page.run("return window.refused;")?;
    ensure!(refused == json!([]), "the policy refuses {refused}");
    let wide = page.run("return document.documentElement.scrollWidth - innerWidth;")?;
    ensure!(wide.as_i64() <= Some(0), "{wide} pixels hang over the edge");
    Ok((picture, place))
}

/// Brings what says this into sight.
fn place_of(page: &Page, sentence: &str) -> Result<Place> {
    let place = page.run(&format!(
        "let it = document.body;
        const within = () => [...it.children].find((child) => child.checkVisibility() && child.innerText?.includes({0}));
        for (let next = within(); next; next = within()) it = next;
        it.scrollIntoView({{ block: 'nearest' }});
        const {{ x, y, width, height }} = it.getBoundingClientRect();
        return [x, y, width, height];",
        json!(sentence)
    ))?;
    let number = |at: usize| {
        let number = place.get(at).and_then(Value::as_f64);
        number.with_context(|| format!("a place, not {place}"))
    };
    let (x, y, width, height) = (number(0)?, number(1)?, number(2)?, number(3)?);
    let (left, top) = ((x - MARGIN).max(0.0), (y - MARGIN).max(0.0));
    Ok(Place {
        x: whole(left)?,
        y: whole(top)?,
        width: whole(width + 2.0 * MARGIN)?,
        height: whole(height + 2.0 * MARGIN)?,
    })
}

fn whole<T: TryFrom<i64>>(number: f64) -> Result<T> {
    let text = format!("{number:.0}");
    let number: i64 = text.parse()?;
    T::try_from(number)
        .ok()
        .with_context(|| format!("{text} pixels"))
}
