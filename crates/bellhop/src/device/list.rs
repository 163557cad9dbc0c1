//! `device list`: who is online and since when, as the engine says; without one, what the config says.

use std::path::PathBuf;
use std::sync::Arc;

use bellhop_control::catalogue::plain;
use bellhop_control::config::Written;
use bellhop_control::snapshot::Device;
use bellhop_engine::lines::ConfigFile;

use crate::clock::Clock;
use crate::engine::Place;
use crate::failure::Failure;
use crate::output;

pub(super) fn list(json: bool, config: Option<PathBuf>, place: &Place) -> Result<(), Failure> {
    let clock = Clock::start();
    let running = if config.is_none() {
        place.connect_if_running()?
    } else {
        None
    };
    let is_running = running.is_some();
    let devices = match running {
        Some(mut engine) => engine.snapshot()?.home.devices,
        None => of_config(config)?,
    };
    if json {
        let text = serde_json::to_string(&devices)
            .map_err(|error| Failure::refused(format!("no JSON: {error}")))?;
        return output::print(&text);
    }
    if devices.is_empty() {
        output::say("no phones at home yet; add one: bellhop device add desk");
        return Ok(());
    }
    if !is_running {
        output::say("no engine was asked: who is online is not known");
    }
    output::print(&table(&devices, is_running, clock))
}

fn of_config(config: Option<PathBuf>) -> Result<Vec<Arc<Device>>, Failure> {
    let file = ConfigFile::existing(config)?;
    let written =
        Written::parse(&file.text, &file.name()).map_err(|problems| Failure::config(&problems))?;
    let devices = written.devices.into_iter();
    Ok(devices
        .map(|device| {
            Arc::new(Device {
                name: device.name.value,
                extension: device.extension.value,
                ..Device::default()
            })
        })
        .collect())
}

/// Name, extension, how it stands, and what it says that it is: a phone's own words are shown as text alone.
pub(crate) fn table(devices: &[Arc<Device>], is_known: bool, clock: Clock) -> String {
    let width = |cell: fn(&Device) -> &str| {
        let cells = devices.iter().map(|it| cell(it).chars().count());
        cells.max().unwrap_or(0)
    };
    let (names, extensions) = (width(|it| &it.name), width(|it| &it.extension));
    let row = |device: &Device| {
        let stands = match (is_known, device.online, device.since) {
            (false, _, _) => "–".to_owned(),
            (true, true, Some(since)) => format!("online since {}", clock.moment(since)),
            (true, true, None) => "online".to_owned(),
            (true, false, _) => "offline".to_owned(),
        };
        let agents = device.contacts.iter();
        let agents: Vec<String> = agents
            .filter_map(|contact| contact.user_agent.as_deref().map(plain))
            .collect();
        let row = format!(
            "{:names$}  {:extensions$}  {stands}  {}",
            device.name,
            device.extension,
            agents.join(", ")
        );
        row.trim_end().to_owned()
    };
    let rows: Vec<String> = devices.iter().map(|device| row(device)).collect();
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use bellhop_control::snapshot::DeviceContact;
    use bellhop_control::timestamp::Timestamp;

    use super::*;

    fn contact(user_agent: &str) -> DeviceContact {
        DeviceContact {
            contact: "sip:101@192.168.1.9".into(),
            source: "192.168.1.9:5060".into(),
            user_agent: Some(user_agent.into()),
            expires_at: Timestamp::now(),
            transport: "udp".into(),
            reachable: None,
            rtt_ms: None,
        }
    }

    #[test]
    fn stands_in_columns_and_a_phone_can_turn_no_text_around() {
        let devices = [
            Device {
                name: "desk".into(),
                extension: "101".into(),
                online: true,
                contacts: vec![contact("Snom\u{202e}/1"), contact("Linphone/5.2")],
                ..Device::default()
            },
            Device {
                name: "tablet".into(),
                extension: "1020".into(),
                ..Device::default()
            },
        ]
        .map(Arc::new);
        assert_eq!(
            table(&devices, true, Clock::start()),
            "desk    101   online  Snom/1, Linphone/5.2\ntablet  1020  offline"
        );
        assert_eq!(
            table(&devices[1..], false, Clock::start()),
            "tablet  1020  –"
        );
    }
}
