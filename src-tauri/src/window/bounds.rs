//! What the page may ask of the engine. The page is ours, and what it is given to show is not: were it ever led astray, this is how far it gets.

use bellhop_control::error::{Code, Error};
use bellhop_control::protocol::{
    DeviceSettings, LineSettings, Password, PasswordPlace, Reply, Request,
};
use bellhop_control::window::DeviceRequest;

/// Longest id, address or name, in bytes.
const LONGEST: usize = 1024;

/// Looks at a request before the engine does.
///
/// # Errors
/// It is not one of the page's, too long, or not text of one line.
pub(super) fn check(request: &Request) -> Result<(), Error> {
    let fine = match request {
        Request::Status | Request::Reload | Request::Demo => true,
        Request::Rebind { line } | Request::Check { line } => line.as_deref().is_none_or(is_plain),
        Request::Pause { line }
        | Request::Resume { line }
        | Request::LineSettings { line }
        | Request::RemoveLine { line }
        | Request::ForgetSecret { line } => is_plain(line),
        // A new line has its password in the keyring: a page led astray must not have a file of its choice sent to a registrar of its choice.
        Request::AddLine { settings, password } => {
            settings.password == PasswordPlace::Keyring
                && are_plain(settings)
                && password.as_ref().is_none_or(Password::is_plausible)
        }
        Request::EditLine {
            line,
            settings,
            password,
        } => {
            is_plain(line)
                && are_plain(settings)
                && password.as_ref().is_none_or(Password::is_plausible)
        }
        Request::SetPassword { line, password } => is_plain(line) && password.is_plausible(),
        // The window hears the engine already, shows no SIP, and ends no engine.
        Request::Subscribe | Request::Trace | Request::Shutdown => false,
        Request::RemoveDevice { device } => is_plain(device),
        Request::HomeHere => true,
        // One network at a time is all that the page has buttons for.
        Request::ForgetHome { network } => network.as_deref().is_some_and(is_plain),
        // With a password: by way of `check_device`, where the window's process makes it.
        Request::AddDevice { .. }
        | Request::SetDevicePassword { .. }
        | Request::ForgetDeviceSecret { .. }
        | Request::Provision { .. } => false,
    };
    if fine { Ok(()) } else { Err(refused()) }
}

/// Looks at a request about a phone at home before it is carried out.
///
/// # Errors
/// As [`check`].
pub(super) fn check_device(request: &DeviceRequest) -> Result<(), Error> {
    let fine = match request {
        DeviceRequest::Add { settings } => is_plain_device(settings),
        DeviceRequest::NewPassword { device } => is_plain(device),
        DeviceRequest::Again {
            device,
            password,
            at_home: _,
        } => is_plain(device) && password.is_plausible(),
    };
    if fine { Ok(()) } else { Err(refused()) }
}

/// Its password is in the keyring: a page led astray must not have a file of its choice be a phone's password.
fn is_plain_device(settings: &DeviceSettings) -> bool {
    let DeviceSettings {
        name,
        extension,
        password,
        digest,
    } = settings;
    let mut texts = [extension, digest].into_iter().flatten().chain([name]);
    *password == PasswordPlace::Keyring && texts.all(|text| is_plain(text))
}

/// Asks the engine how a line is before a request may change it, if `request` leaves the password where the page can't put it.
pub(super) fn question(request: &Request) -> Option<Request> {
    let Request::EditLine { line, settings, .. } = request else {
        return None;
    };
    let elsewhere = settings.password != PasswordPlace::Keyring;
    elsewhere.then(|| Request::LineSettings { line: line.clone() })
}

/// Looks at the answer to [`question`]: a password in a file or a variable may stay where it is, and a page led astray names no other.
///
/// # Errors
/// It would be another one.
pub(super) fn check_answer(request: &Request, answer: &Reply) -> Result<(), Error> {
    let (Request::EditLine { settings, .. }, Reply::LineSettings { settings: now }) =
        (request, answer)
    else {
        return Err(refused());
    };
    if settings.password == now.password {
        Ok(())
    } else {
        Err(refused())
    }
}

fn refused() -> Error {
    let why = "the window asked for what it may not";
    Error::new(Code::Internal, [("why", why)])
}

fn are_plain(settings: &LineSettings) -> bool {
    let LineSettings {
        id,
        aor,
        registrar,
        outbound_proxy,
        auth_username,
        expires: _,
        user_agent,
        password,
    } = settings;
    let place = match password {
        PasswordPlace::Keyring => None,
        PasswordPlace::File { path } => Some(path),
        PasswordPlace::Env { variable } => Some(variable),
    };
    [id, registrar, outbound_proxy, auth_username, user_agent]
        .into_iter()
        .filter_map(Option::as_ref)
        .chain(place)
        .chain([aor])
        .all(|text| is_plain(text))
}

/// One line of bearable length.
fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests;
