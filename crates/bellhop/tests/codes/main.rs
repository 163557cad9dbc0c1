//! Every error code, brought about from outside: by registrars that answer oddly, by sockets that say the wrong thing, by state directories and
//! configs that can't be used. What is read back must be that code, with the words of the catalogue.
//!
//! There is one trial per code of `Code::ALL`, and what brings a code about is a `match` without a wildcard: a code that nobody can show does not compile here.

#[cfg(unix)]
mod home;
#[cfg(unix)]
mod line;
#[cfg(unix)]
mod namespace;
#[cfg(unix)]
mod phone;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod proof;
#[cfg(unix)]
mod secret;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod stranger;
#[cfg(unix)]
mod talk;

/// The control socket of these tests is Unix's; the words are the same everywhere.
#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    unix::main()
}

#[cfg(unix)]
mod unix {
    use std::io::Write as _;
    use std::process::ExitCode;

    use anyhow::Result;
    use bellhop_control::error::Code;
    use libtest_mimic::{Arguments, Failed, Trial};

    use crate::proof::Proof;
    use crate::{home, line, namespace, place, secret, talk};

    /// Nearly all of their time the trials wait: for a timeout of SIP, for an engine that says nothing.
    const AT_ONCE: usize = 8;

    pub(crate) fn main() -> ExitCode {
        if let Some(done) = namespace::inside(line::registered_elsewhere_inside) {
            return match done {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    let _ = writeln!(std::io::stderr(), "{error:#}");
                    ExitCode::FAILURE
                }
            };
        }
        let mut arguments = Arguments::from_args();
        arguments.test_threads.get_or_insert(AT_ONCE);
        let mut codes: Vec<Code> = Code::ALL.to_vec();
        // The longest first: keep-alives of two minutes, and three silences of 32 s in a row.
        codes.sort_by_key(|code| {
            !matches!(
                code,
                Code::RegisteredElsewhere | Code::RegistrarStoppedAnswering
            )
        });
        let trials = codes.into_iter().map(|code| {
            Trial::test(code.as_str(), move || {
                production(code)()
                    .and_then(|proof| proof.check(code))
                    .map_err(|error| Failed::from(format!("{error:#}")))
            })
        });
        libtest_mimic::run(&arguments, trials.collect()).exit_code()
    }

    /// What brings a code about.
    fn production(code: Code) -> fn() -> Result<Proof> {
        match code {
            Code::NoNetwork => line::no_network,
            Code::RegistrarUnresolved => line::registrar_unresolved,
            Code::RegistrarSilent => line::registrar_silent,
            Code::RegistrarStoppedAnswering => line::registrar_stopped_answering,
            Code::RegistrarError => line::registrar_error,
            Code::PasswordRefused => line::password_refused,
            Code::Forbidden => line::forbidden,
            Code::UnknownNumber => line::unknown_number,
            Code::ChallengeLoop => line::challenge_loop,
            Code::ChallengeUnsupported => line::challenge_unsupported,
            Code::RealmChanged => line::realm_changed,
            Code::OtherStatus => line::other_status,
            Code::NotVerified => line::not_verified,
            Code::RegisteredElsewhere => line::registered_elsewhere,
            Code::FlowFailed => line::flow_failed,
            Code::SecretMissing => secret::missing,
            Code::SecretLocked => secret::locked,
            Code::SecretUnavailable => secret::unavailable,
            Code::SecretUnreadable => secret::unreadable,
            Code::NoEngine => talk::no_engine,
            Code::EngineSilent => talk::engine_silent,
            Code::EngineLost => talk::engine_lost,
            Code::EngineStopping => talk::engine_stopping,
            Code::EngineForeign => talk::engine_foreign,
            Code::WrongVersion => talk::wrong_version,
            Code::NoSuchLine => talk::no_such_line,
            Code::LinePaused => talk::line_paused,
            Code::NotDoneInTime => talk::not_done_in_time,
            Code::Unknown => talk::unknown,
            Code::StateDirUnknown => place::state_dir_unknown,
            Code::StateDirUnusable => place::state_dir_unusable,
            Code::StateDirNotPrivate => place::state_dir_not_private,
            Code::StateDirInUse => place::state_dir_in_use,
            Code::StoreUnusable => place::store_unusable,
            Code::ConfigMissing => place::config_missing,
            Code::ConfigUnreadable => place::config_unreadable,
            Code::ConfigInvalid => place::config_invalid,
            Code::ConfigUnwritable => place::config_unwritable,
            Code::SettingsInvalid => place::settings_invalid,
            Code::PasswordElsewhere => place::password_elsewhere,
            Code::NoSuchDevice => home::no_such_device,
            Code::NoSuchNetwork => home::no_such_network,
            Code::DevicePasswordMissing => home::device_password_missing,
            Code::ContactsFull => home::contacts_full,
            Code::PortTaken => home::port_taken,
            Code::ListenerUnusable => home::listener_unusable,
            Code::CertificateUnusable => home::certificate_unusable,
            Code::NotAtHome => home::not_at_home,
            Code::HomeUnknown => home::home_unknown,
            Code::HomeStoreUnusable => home::store_unusable,
            Code::HomeStoreUnwritable => home::store_unwritable,
            Code::NotInThisVersion => place::not_in_this_version,
            Code::Internal => place::internal,
        }
    }
}
