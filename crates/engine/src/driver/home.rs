//! The home as the config has it, as views see it, and what they ask of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bellhop_control::device::TOKEN;
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{Password, Reply};
use bellhop_control::snapshot::{Device, Home};

use super::Driver;
use crate::config::HomeSettings;
use crate::provisioning::{LIFETIME, Offer, PATH};

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
            let mut devices = view.devices.clone();
            for (device, settings) in devices.iter_mut().zip(&self.home.devices) {
                if let Some(error) = self.house_password_error(settings) {
                    Arc::make_mut(device).error = Some(error);
                }
            }
            return Home {
                enabled: self.home.enabled,
                listening: view.listening.clone(),
                devices,
                domain: self.home.domain.clone(),
                network: view.network.clone(),
                problems: view.problems.clone(),
                store: view.store.clone(),
                bans: view.bans,
            };
        }
        Home {
            enabled: self.home.enabled,
            listening: Vec::new(),
            devices: self
                .home
                .devices
                .iter()
                .map(|device| {
                    Arc::new(Device {
                        name: device.name.clone(),
                        extension: device.extension.clone(),
                        ..Device::default()
                    })
                })
                .collect(),
            domain: self.home.domain.clone(),
            ..Home::default()
        }
    }

    /// Where phones can be given their settings: the home's HTTP listeners, open on home networks only.
    fn provisioning_addresses(&self) -> Vec<SocketAddr> {
        self.house
            .view()
            .map(|view| view.provisioning.clone())
            .unwrap_or_default()
    }

    /// The keyring holds another password of the device.
    pub(super) fn device_password_changed(&mut self, device: &str) {
        let source = self.home.devices.iter().find(|it| it.name == device);
        if let Some(source) = source.map(|it| it.secret.clone()) {
            self.house_look_again(Instant::now(), |it| *it == source);
        }
    }

    pub(super) fn read_device_secret_anew(&mut self, device: &str) -> Reply {
        if self.has_device(device) {
            self.device_password_changed(device);
            Reply::Done
        } else {
            no_such_device(device)
        }
    }

    /// Has a phone's settings wait for it.
    pub(super) fn provision(
        &mut self,
        now: Instant,
        device: &str,
        password: Password,
        token: &Password,
    ) -> Reply {
        let known = self.home.devices.iter().find(|it| it.name == device);
        let Some(known) = known else {
            return no_such_device(device);
        };
        let is_token = token.expose().len() == TOKEN
            && token.expose().bytes().all(|it| it.is_ascii_alphanumeric());
        if !is_token || !password.is_plausible() {
            let why = [("why", "what was to be offered is no offer")];
            return Reply::refused(Error::new(Code::Internal, why));
        }
        let addresses = self.provisioning_addresses();
        if addresses.is_empty() {
            return Reply::refused(Error::plain(Code::NotAtHome));
        }
        let offer = Offer {
            name: known.name.clone(),
            extension: known.extension.clone(),
            domain: self.home.domain.clone(),
            password,
        };
        self.offers.put(now, token.expose(), offer);
        Reply::Provisioning {
            addresses: addresses
                .iter()
                .map(|address| format!("http://{address}{PATH}"))
                .collect(),
            seconds: u32::try_from(LIFETIME.as_secs()).unwrap_or(u32::MAX),
        }
    }

    fn has_device(&self, name: &str) -> bool {
        self.home.devices.iter().any(|device| device.name == name)
    }
}

fn no_such_device(device: &str) -> Reply {
    Reply::refused(Error::new(Code::NoSuchDevice, [("device", device)]))
}
