//! Phones and home networks of the config, added and removed.

use std::fs;
use std::path::Path;

use bellhop_control::config::{PasswordSource, Problem, Written, WrittenNetwork};
use bellhop_control::edit;
use bellhop_control::protocol::{DeviceSettings, PasswordPlace};

use super::plan::Plan;
use super::{ConfigFile, Refused};
use crate::config::{self, HomeSettings, Settings, keyring_user};
use crate::secrets::Source;

/// What is wanted of the home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HomeEdit {
    /// A new phone; the home is turned on.
    AddDevice {
        /// What the config is to say.
        settings: DeviceSettings,
    },
    /// A phone less.
    RemoveDevice {
        /// Its name.
        device: String,
    },
    /// A network that is home.
    AddNetwork {
        /// Which.
        network: WrittenNetwork,
    },
    /// Networks that are home no more.
    ForgetNetworks {
        /// Their subnet; all if absent.
        subnet: Option<String>,
    },
}

impl HomeEdit {
    /// What a refusal names.
    fn about(&self) -> &str {
        match self {
            HomeEdit::AddDevice { settings } => &settings.name,
            HomeEdit::RemoveDevice { device } => device,
            HomeEdit::AddNetwork { .. } => "",
            HomeEdit::ForgetNetworks { subnet } => subnet.as_deref().unwrap_or_default(),
        }
    }
}

/// See [`Plan::of`].
pub(super) fn plan(file: &ConfigFile, edit: &HomeEdit) -> Result<Plan, Refused> {
    let name = file.name();
    let resolve = |text: &str| config::resolve(text, &name, file.directory());
    let before = resolve(&file.text).map_err(Refused::Config)?;
    let mut extension = None;
    let text = match edit {
        HomeEdit::AddDevice { settings } => {
            edit::add_device(&file.text, &name, settings).map(|(text, given)| {
                extension = Some(given);
                text
            })
        }
        HomeEdit::RemoveDevice { device } => edit::remove_device(&file.text, &name, device),
        HomeEdit::AddNetwork { network } => edit::add_network(&file.text, &name, network),
        HomeEdit::ForgetNetworks { subnet } => {
            edit::forget_networks(&file.text, &name, subnet.as_deref()).map(|(text, _)| text)
        }
    }
    .map_err(|error| Refused::of(error, edit.about()))?;
    let settings = resolve(&text).map_err(Refused::Settings)?;
    let (keyring, unneeded) = match edit {
        HomeEdit::AddDevice { settings: wanted } => {
            (keyring_entry(&settings.home, &wanted.name), None)
        }
        HomeEdit::RemoveDevice { device } => (None, keyring_entry(&before.home, device)),
        HomeEdit::AddNetwork { .. } | HomeEdit::ForgetNetworks { .. } => (None, None),
    };
    if let HomeEdit::AddDevice { settings: wanted } = edit {
        finds_its_password_file(file, wanted, &settings)?;
    }
    Ok(Plan {
        id: edit.about().to_owned(),
        extension,
        keyring,
        moves_from: None,
        unneeded,
        text,
        settings,
    })
}

fn finds_its_password_file(
    file: &ConfigFile,
    wanted: &DeviceSettings,
    settings: &Settings,
) -> Result<(), Refused> {
    let device = settings.home.devices.iter();
    let device = device.clone().find(|it| it.name == wanted.name);
    match (&wanted.password, device.map(|it| &it.secret)) {
        (PasswordPlace::File { .. }, Some(Source::File(path))) if !path.is_file() => {
            let problem = Problem::at(&file.name(), 1, "password", "there is no such file");
            Err(Refused::Settings(vec![problem]))
        }
        _ => Ok(()),
    }
}

/// Under which user the keyring has the device's password.
fn keyring_entry(home: &HomeSettings, name: &str) -> Option<String> {
    let device = home.devices.iter().find(|it| it.name == name)?;
    match &device.secret {
        Source::Keyring { user } => Some(user.clone()),
        Source::File(_) | Source::Env(_) | Source::Demo => None,
    }
}

/// Where a device's password is, for who wants to store another one.
pub(super) fn password_source(
    file: &ConfigFile,
    device: &str,
) -> Result<(String, PasswordSource), Refused> {
    let written = Written::parse(&file.text, &file.name()).map_err(Refused::Config)?;
    let found = written
        .devices
        .into_iter()
        .find(|it| it.name.value == device);
    let found = found.ok_or_else(|| Refused::of(edit::EditError::NoSuchDevice, device))?;
    Ok((keyring_user(device), found.password.value))
}

/// Whether a line or another device takes its password from the same file.
pub(super) fn is_shared(file: &ConfigFile, device: &str, path: &Path) -> Result<bool, Refused> {
    let settings = config::resolve(&file.text, &file.name(), file.directory());
    let settings = settings.map_err(Refused::Config)?;
    let lines = settings.lines.iter().map(|it| &it.secret);
    let devices = settings.home.devices.iter();
    let others = devices.filter(|it| it.name != device).map(|it| &it.secret);
    let same = |other: &Path| {
        // Also where the two are spelt differently.
        let ends = (fs::canonicalize(other), fs::canonicalize(path));
        other == path || matches!(ends, (Ok(one), Ok(other)) if one == other)
    };
    Ok(lines
        .chain(others)
        .any(|it| matches!(it, Source::File(other) if same(other))))
}

/// Whether the config has that home network.
pub(crate) fn has_network(file: &ConfigFile, network: &WrittenNetwork) -> Result<bool, Refused> {
    let written = Written::parse(&file.text, &file.name()).map_err(Refused::Config)?;
    let mut known = written.home.networks.iter();
    Ok(known.any(|it| (it.gateway_mac, it.subnet) == (network.gateway_mac, network.subnet)))
}
