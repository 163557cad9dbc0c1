//! What to type into a phone, as text. A pure function.

use std::fmt::Write as _;

use bellhop_control::device::{Phone, Setup, settings};
use bellhop_control::protocol::Password;
use zeroize::Zeroizing;

/// For one kind of phone, or for all where none is named; with a password only where it was just made.
pub(super) fn of(
    setup: &Setup,
    phone: Option<Phone>,
    password: Option<&Password>,
) -> Zeroizing<String> {
    let phones = phone.map_or_else(|| Phone::ALL.to_vec(), |phone| vec![phone]);
    // Reserved whole, so that no copy of the password is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(16 * 1024));
    let shown = password.map_or("(shown when it was made)", Password::expose);
    if phone.is_none() {
        let _ = write!(text, "  user      {}", setup.extension);
        let _ = write!(text, "\n  password  {shown}");
        for server in &setup.servers {
            let (transport, address) = (server.transport.as_str(), server.address);
            let _ = write!(text, "\n  server    {address} {transport}");
        }
    }
    let stand_in = Password::from("(password)");
    // A password in every block would be one too many on a screen.
    let in_blocks = if phone.is_some() { password } else { None };
    for phone in phones {
        let Some(typed) = settings(setup, phone, Some(in_blocks.unwrap_or(&stand_in))) else {
            continue;
        };
        let between = if text.is_empty() { "" } else { "\n" };
        let _ = write!(text, "{between}{}: {}", phone.label(), typed.menu);
        let labels = typed.fields.iter().map(|field| field.label.chars().count());
        let width = labels.max().unwrap_or(0);
        for field in &typed.fields {
            let row = format!("\n  {:width$}  ", field.label);
            text.push_str(if width == 0 { "\n  " } else { &row });
            text.push_str(&field.value);
        }
        if typed.is_for_this_laptop_only {
            text.push_str(
                "\n  no such phone reaches this address: `bellhop home here` lets in phones of this network",
            );
        }
    }
    if setup.servers.is_empty() {
        text.push_str("\n  no listener is open; see `bellhop status`");
    }
    text
}

#[cfg(test)]
mod tests {
    use bellhop_control::config::Transport;
    use bellhop_control::device::Server;

    use super::*;

    fn setup() -> Setup {
        Setup {
            name: "desk".into(),
            extension: "101".into(),
            servers: vec![Server {
                transport: Transport::Udp,
                address: "192.168.1.5:5070".parse().unwrap(),
            }],
        }
    }

    #[test]
    fn one_phone_is_told_in_its_own_words() {
        let password = Password::from("c4nary");
        let text = of(&setup(), Some(Phone::Microsip), Some(&password));
        assert_eq!(
            text.as_str(),
            "MicroSIP: Menu → Add Account…
  Account Name  desk
  SIP Server    192.168.1.5:5070
  Username      101
  Domain        192.168.1.5:5070
  Login         101
  Password      c4nary
  Transport     UDP"
        );
    }

    #[test]
    fn for_all_phones_the_password_stands_once() {
        let password = Password::from("c4nary");
        let text = of(&setup(), None, Some(&password));
        assert!(
            text.starts_with(
                "  user      101\n  password  c4nary\n  server    192.168.1.5:5070 udp\nLinphone: "
            ),
            "{}",
            text.as_str()
        );
        assert_eq!(text.matches("c4nary").count(), 1);
        for phone in Phone::ALL {
            assert!(
                text.contains(&format!("\n{}: ", phone.label())),
                "{phone:?}"
            );
        }
        assert!(of(&setup(), None, None).contains("password  (shown when it was made)"));
    }
}
