//! `device`: the phones at home. A password is made here, shown here, and stored; nobody can have it shown again.

use std::time::Duration;

use bellhop_control::config::Written;
use bellhop_control::device::Setup;
use bellhop_control::protocol::Request;
use bellhop_engine::lines::{self, ConfigFile, Edit, HomeEdit};

use crate::args::DeviceCommand;
use crate::engine::Place;
use crate::failure::Failure;
use crate::output;

mod add;
mod code;
mod list;
mod qr;
mod settings;

pub(crate) use list::table;

/// So long may taking a password out of the keyring take: its owner may have to unlock it.
const FORGETTING: Duration = Duration::from_secs(60);

pub(crate) fn device(command: DeviceCommand, place: &Place) -> Result<(), Failure> {
    match command {
        DeviceCommand::Add(args) => add::add(args, place),
        DeviceCommand::List { json, config } => list::list(json, config.config, place),
        DeviceCommand::Remove { name, config } => {
            remove(name, ConfigFile::existing(config.config)?, place)
        }
        DeviceCommand::Qr { name, yes, config } => {
            qr::qr(&name, yes, &ConfigFile::existing(config.config)?, place)
        }
        DeviceCommand::Settings {
            name,
            phone,
            config,
        } => {
            let file = ConfigFile::existing(config.config)?;
            let setup = setup(&file, &name, place)?;
            output::print(&settings::of(&setup, phone, None))
        }
    }
}

fn remove(device: String, file: ConfigFile, place: &Place) -> Result<(), Failure> {
    let path = file.path.display().to_string();
    let edit = Edit::Home(HomeEdit::RemoveDevice { device });
    let removed = lines::apply(file, edit, None, FORGETTING)?;
    output::print(&format!("{} is removed from {path}", removed.id))?;
    if let Some(error) = removed.left_behind {
        output::say(&format!(
            "its password may still be in the keyring: {error}"
        ));
    }
    reload(place)
}

/// What a phone needs to know: from the engine that runs with the device, else from the config.
fn setup(file: &ConfigFile, name: &str, place: &Place) -> Result<Setup, Failure> {
    if let Some(mut engine) = place.connect_if_running()?
        && let Some(setup) = Setup::of(&engine.snapshot()?.home, name)
        && !setup.servers.is_empty()
    {
        return Ok(setup);
    }
    let text = ConfigFile::existing(Some(file.path.clone()))?.text;
    let written =
        Written::parse(&text, &file.name()).map_err(|problems| Failure::config(&problems))?;
    Setup::of_config(&written, name)
        .ok_or_else(|| Failure::refused(format!("the config has no device {name}")))
}

/// Asks a running engine to read its config again.
pub(crate) fn reload(place: &Place) -> Result<(), Failure> {
    match place.connect_if_running()? {
        Some(mut engine) => engine.done(Request::Reload),
        None => Ok(()),
    }
}
