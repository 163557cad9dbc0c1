//! A phone at home is told what to log in with: the password is made here, given to the engine, and shown by the page. Nobody has it besides.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use bellhop_control::client::Client;
use bellhop_control::device::{Setup, make_password, make_token};
use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{Password, Reply, Request};
use bellhop_control::snapshot::Home;
use bellhop_control::window::{DeviceReply, DeviceRequest, Handout, QrCode, WindowReply};
use tokio::time::{Instant, sleep};

mod code;

/// Listeners that were just wanted are open within this, or something is in their way.
const OPENING: Duration = Duration::from_secs(3);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Does it, and says what to type into the phone; or what the engine says against it.
///
/// # Errors
/// The engine is not there. Once a password is stored there are none: what is missing then is said beside it.
pub(super) async fn carry_out(
    request: DeviceRequest,
    state_dir: &Path,
) -> Result<WindowReply, Error> {
    let mut client = Client::connect(state_dir).await?;
    let at_home = matches!(request, DeviceRequest::Again { at_home: true, .. });
    let (stored, device, password) = match request {
        DeviceRequest::Add { settings } => {
            let (name, password) = (settings.name.clone(), make_password());
            let add = Request::AddDevice {
                settings,
                password: Some(password.clone()),
            };
            (client.request(add).await?, name, password)
        }
        DeviceRequest::NewPassword { device } => {
            let password = make_password();
            let set = Request::SetDevicePassword {
                device: device.clone(),
                password: password.clone(),
            };
            (client.request(set).await?, device, password)
        }
        DeviceRequest::Again {
            device, password, ..
        } => (Reply::Done, device, password),
    };
    let known = |device, extension| Setup {
        name: device,
        extension,
        servers: Vec::new(),
    };
    let setup = if let Reply::DeviceAdded { device, extension } = stored {
        known(device, extension)
    } else if stored == Reply::Done {
        known(device, String::new())
    } else {
        return Ok(WindowReply::Engine(Box::new(stored)));
    };
    let handout = Box::new(handout(&mut client, setup, &password, at_home).await);
    Ok(WindowReply::Device(DeviceReply::Handout { handout }))
}

/// As much as is to be had; `known` is what holds without asking.
async fn handout(client: &mut Client, known: Setup, password: &Password, at_home: bool) -> Handout {
    let device = known.name.clone();
    let setup = match opened(client, &device, at_home).await {
        Ok(setup) => setup.unwrap_or(known),
        Err(error) => {
            return Handout {
                no_code: Some(error),
                ..Handout::of(&known, password)
            };
        }
    };
    let mut handout = Handout::of(&setup, password);
    match codes(client, &device, password).await {
        Ok(codes) => handout.codes = codes,
        Err(error) => handout.no_code = Some(error),
    }
    handout
}

/// The device with the listeners that are open, as soon as they are.
async fn opened(client: &mut Client, device: &str, at_home: bool) -> Result<Option<Setup>, Error> {
    let end = Instant::now() + OPENING;
    loop {
        let reply = client.request(Request::Status).await?;
        let Reply::Status { snapshot } = reply else {
            return Err(refusal(reply));
        };
        let home = snapshot.home;
        let setup = Setup::of(&home, device);
        // One that was just added is not known before its config is in force.
        if setup.is_some() && is_arranged(&home, at_home) || Instant::now() > end {
            return Ok(setup);
        }
        sleep(PAUSE).await;
    }
}

/// All that is wanted is open, as far as that can be seen: something is, and at home for others than this laptop; or it is known why not.
/// Where `at_home` is certain, its gateway has yet to be confirmed.
fn is_arranged(home: &Home, at_home: bool) -> bool {
    let is_for_others = |listener: &String| {
        let (_, address) = listener.split_once(':').unwrap_or_default();
        let address: Option<SocketAddr> = address.parse().ok();
        address.is_some_and(|address| !address.ip().is_loopback())
    };
    let open = match home.network {
        Some(_) => home.listening.iter().any(is_for_others),
        None => !at_home && !home.listening.is_empty(),
    };
    open || !home.problems.is_empty() || !home.enabled
}

async fn codes(
    client: &mut Client,
    device: &str,
    password: &Password,
) -> Result<Vec<QrCode>, Error> {
    let token = make_token();
    let provision = Request::Provision {
        device: device.to_owned(),
        password: password.clone(),
        token: token.clone(),
    };
    let reply = client.request(provision).await?;
    let Reply::Provisioning { addresses, seconds } = reply else {
        return Err(refusal(reply));
    };
    let address = |it: String| Password::from(format!("{it}{}", token.expose()));
    let addresses = addresses.into_iter().map(address);
    Ok(addresses
        .filter_map(|it| code::of(it, seconds / 60))
        .collect())
}

/// Why not; an answer to another question is a mistake of the engine.
fn refusal(reply: Reply) -> Error {
    if let Reply::Refused { error, .. } = reply {
        error
    } else {
        Error::plain(Code::EngineLost)
    }
}

#[cfg(test)]
mod tests {
    use bellhop_control::snapshot::{HomeNetwork, HomeProblem};

    use super::*;

    #[test]
    fn what_is_open_is_waited_for_where_it_was_wanted() {
        let mut home = Home::default();
        assert!(is_arranged(&home, false), "nothing is wanted");
        home.enabled = true;
        assert!(!is_arranged(&home, false));
        home.listening.push("udp:127.0.0.1:5070".into());
        assert!(is_arranged(&home, false));
        assert!(!is_arranged(&home, true), "its gateway is being asked");
        home.network = Some(HomeNetwork {
            subnet: "192.168.1.0/24".into(),
            gateway_mac: "aa:bb:cc:dd:ee:ff".into(),
            interface: None,
            address: None,
        });
        assert!(
            !is_arranged(&home, false),
            "phones of this network are let in, too"
        );
        let mut taken = home.clone();
        taken.problems.push(HomeProblem {
            listener: "udp:192.168.1.5:5070".into(),
            error: Error::plain(Code::PortTaken),
        });
        assert!(is_arranged(&taken, true));
        home.listening.push("udp:192.168.1.5:5070".into());
        assert!(is_arranged(&home, false));
    }
}
