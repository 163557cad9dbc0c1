//! The home as the config has it, and as views see it.

use std::time::Instant;

use bellhop_control::snapshot::{Device, Home};

use super::Driver;
use crate::config::HomeSettings;

impl Driver {
    /// The config says something else of the home, or the same.
    pub(super) fn arrange_home(&mut self, now: Instant, wanted: HomeSettings) {
        if self.ending.is_none() && self.home != wanted {
            self.home = wanted;
            self.arrange_house(now);
        }
    }

    /// For the snapshot.
    pub(super) fn home_view(&self) -> Home {
        if let Some(view) = self.house.view() {
            return Home {
                enabled: self.home.enabled,
                listening: view.listening.clone(),
                devices: view.devices.clone(),
            };
        }
        Home {
            enabled: self.home.enabled,
            listening: Vec::new(),
            devices: self
                .home
                .devices
                .iter()
                .map(|device| Device {
                    name: device.name.clone(),
                    extension: device.extension.clone(),
                    online: false,
                    contacts: Vec::new(),
                })
                .collect(),
        }
    }
}
