//! The phones at home in the menu: who is online and since when, and before that what is in their way.

use std::sync::Arc;

use bellhop_control::catalogue::text;
use bellhop_control::face::{foremost, stands};
use bellhop_control::snapshot::{Device, Home};

use super::label::{escaped, label};
use super::menu::Clock;
use super::tree::{Act, Item};

/// Phones that are listed; a config may have hundreds.
const DEVICES: usize = 20;
/// Problems that are listed: one port is often two listeners.
const PROBLEMS: usize = 3;

/// The entry of the phones at home; none where they are off.
pub(crate) fn item(home: &Home, clock: &mut Clock) -> Option<Item> {
    if !home.enabled {
        return None;
    }
    let mut items = problems(home);
    if !items.is_empty() {
        items.push(Item::separator("home/before-devices"));
    }
    items.extend(devices(&home.devices, clock));
    items.push(Item::separator("home/before-open"));
    let open = label("tray-home_open", &[]);
    items.push(Item::action("home/open", open, Act::OpenDevices));
    Some(Item::submenu("home", label("tray-home", &[]), items))
}

/// What can't be clicked is too faint to read on many desktops: a click on any of it shows more.
fn entry(key: String, words: &str) -> Item {
    Item::action(key, escaped(words), Act::OpenDevices)
}

fn problems(home: &Home) -> Vec<Item> {
    let listeners = home.problems.iter().map(|problem| &problem.error);
    let all = listeners.chain(&home.store).take(PROBLEMS).enumerate();
    all.map(|(index, error)| entry(format!("home/problem:{index}"), &error.message))
        .collect()
}

fn devices(devices: &[Arc<Device>], clock: &mut Clock) -> Vec<Item> {
    if devices.is_empty() {
        return vec![Item::text("home/none", label("tray-home_none", &[]))];
    }
    let shown = devices.iter().take(DEVICES);
    let mut items: Vec<Item> = shown
        .map(|device| {
            entry(
                format!("home/device:{}", device.name),
                &sentence(device, clock),
            )
        })
        .collect();
    let more = devices.len().checked_sub(DEVICES);
    if let Some(more) = more.filter(|more| *more > 0) {
        let words = text("tray-more_others", &[("count", &more.to_string())]);
        items.push(entry("home/more".to_owned(), &words));
    }
    items
}

/// "desk (101): online since 14:02 · Yealink SIP-T54W". The phone's own words come last, where what is too long is cut.
fn sentence(device: &Device, clock: &mut Clock) -> String {
    let how = stands(device, |at| clock.moment(at));
    let (name, extension) = (device.name.as_str(), device.extension.as_str());
    let agent = foremost(device).and_then(|contact| contact.user_agent.as_deref());
    match agent.filter(|_| device.online) {
        Some(agent) => text(
            "tray-home_device_agent",
            &[
                ("name", name),
                ("extension", extension),
                ("how", &how),
                ("agent", agent),
            ],
        ),
        None => text(
            "tray-home_device",
            &[("name", name), ("extension", extension), ("how", &how)],
        ),
    }
}
