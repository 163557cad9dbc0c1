//! Failures as data and as words: a stable code, whose matter it is, one sentence, one action. Codes are listed in docs/messages.md.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::catalogue;

/// A failure as it is shown, sent and scripted against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Error {
    /// What failed; stable.
    pub code: Code,
    /// The values in the sentence, and `at` (RFC 3339) where it is known since when. Never a secret.
    pub params: BTreeMap<String, String>,
    /// Whose matter it is.
    pub whose: Whose,
    /// One English sentence of the catalogue, without a full stop.
    pub message: String,
    /// The one thing to do.
    pub action: Action,
}

impl Error {
    /// Renders sentence, whose and action of `code` from the catalogue. `params` are those of [`Code::params`]; values are cut to a line's length.
    pub fn new<V: Into<String>>(
        code: Code,
        params: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Error {
        let params: BTreeMap<String, String> = params
            .into_iter()
            .map(|(name, value)| (name.to_owned(), catalogue::clean(&value.into())))
            .collect();
        let values: Vec<(&str, &str)> = params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let message = catalogue::text(code.as_str(), &values);
        Error {
            code,
            whose: code.whose(),
            message,
            action: Action::about(code),
            params,
        }
    }

    /// An error whose sentence has no values.
    pub fn plain(code: Code) -> Error {
        Error::new::<String>(code, [])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Whose matter a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Whose {
    /// The person at the laptop.
    Person,
    /// What is between laptop and registrar.
    Network,
    /// The company's side.
    Registrar,
    /// A phone at home.
    Device,
    /// This program.
    Bellhop,
}

impl Whose {
    /// As the contract writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Whose::Person => "person",
            Whose::Network => "network",
            Whose::Registrar => "registrar",
            Whose::Device => "device",
            Whose::Bellhop => "bellhop",
        }
    }
}

/// The one thing to do about a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Action {
    /// For programs.
    pub kind: ActionKind,
    /// For people: the words on the button.
    pub label: String,
}

impl Action {
    /// What to do about `code`, in the words that fit it.
    pub fn about(code: Code) -> Action {
        let kind = code.action();
        if code == Code::RegisteredElsewhere {
            // The same as trying now, for whoever has not tried and is not to be blamed for it.
            Action {
                kind,
                label: catalogue::text("action-register_here", &[]),
            }
        } else {
            Action::of(kind)
        }
    }

    /// The action with its label of the catalogue.
    pub fn of(kind: ActionKind) -> Action {
        Action {
            kind,
            label: catalogue::text(&format!("action-{}", kind.as_str()), &[]),
        }
    }
}

/// Kinds of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ActionKind {
    /// Nothing can be done here, or it ends by itself.
    None,
    /// `rebind`.
    TryNow,
    /// `line password`.
    EnterPassword,
    /// Unlock the keyring.
    UnlockKeyring,
    /// Open the network's sign-in page.
    OpenBrowser,
    /// Send the report to IT.
    CopyReport,
    /// Connect a phone.
    SetUpPhone,
    /// `resume`.
    Resume,
}

impl ActionKind {
    /// As the contract writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            ActionKind::None => "none",
            ActionKind::TryNow => "try_now",
            ActionKind::EnterPassword => "enter_password",
            ActionKind::UnlockKeyring => "unlock_keyring",
            ActionKind::OpenBrowser => "open_browser",
            ActionKind::CopyReport => "copy_report",
            ActionKind::SetUpPhone => "set_up_phone",
            ActionKind::Resume => "resume",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $whose:ident, $action:ident, [$($param:literal),*];)+) => {
        /// What failed. The texts are stable: scripts and IT search for them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "snake_case"))]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// All of them, in the order of docs/messages.md.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The stable text.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// Whose matter it is.
            pub fn whose(self) -> Whose {
                match self { $(Code::$name => Whose::$whose,)+ }
            }

            /// What to do about it.
            pub fn action(self) -> ActionKind {
                match self { $(Code::$name => ActionKind::$action,)+ }
            }

            /// Names of the values that its sentence has.
            pub fn params(self) -> &'static [&'static str] {
                match self { $(Code::$name => &[$($param),*],)+ }
            }
        }
    };
}

codes! {
    /// No usable network.
    NoNetwork = "no_network", Network, None, [];
    /// The registrar's name has no address here.
    RegistrarUnresolved = "registrar_unresolved", Network, TryNow, ["registrar"];
    /// The transaction timed out, or 408.
    RegistrarSilent = "registrar_silent", Network, TryNow, ["registrar"];
    /// Silent after success on an unchanged network: perhaps a ban.
    RegistrarStoppedAnswering = "registrar_stopped_answering", Registrar, TryNow, ["registrar"];
    /// A 5xx, or a 6xx that may pass.
    RegistrarError = "registrar_error", Registrar, TryNow, ["registrar", "status"];
    /// A fresh challenge to credentials that were answered.
    PasswordRefused = "password_refused", Person, EnterPassword, ["user"];
    /// 403.
    Forbidden = "forbidden", Registrar, CopyReport, ["aor", "status"];
    /// 404, 410, 604.
    UnknownNumber = "unknown_number", Registrar, CopyReport, ["aor", "status"];
    /// Challenge after challenge, each called stale.
    ChallengeLoop = "challenge_loop", Registrar, CopyReport, ["registrar"];
    /// No algorithm or scheme that is known here.
    ChallengeUnsupported = "challenge_unsupported", Registrar, CopyReport, ["registrar"];
    /// The challenge is for another realm than the pinned one.
    RealmChanged = "realm_changed", Registrar, CopyReport, ["registrar"];
    /// Any other final refusal.
    OtherStatus = "other_status", Registrar, CopyReport, ["registrar", "status"];
    /// 200 without our Contact.
    NotVerified = "not_verified", Registrar, CopyReport, ["registrar"];
    /// Another phone has the number, which is for one phone only.
    RegisteredElsewhere = "registered_elsewhere", Person, TryNow, [];
    /// The keyring has no entry, the variable is not set.
    SecretMissing = "secret_missing", Person, EnterPassword, ["aor"];
    /// The keyring wants to be unlocked.
    SecretLocked = "secret_locked", Person, UnlockKeyring, [];
    /// No Secret Service, or no answer within the time limit.
    SecretUnavailable = "secret_unavailable", Person, TryNow, [];
    /// The file is missing, too open, too long or not text.
    SecretUnreadable = "secret_unreadable", Person, EnterPassword, ["aor"];
    /// The socket could not be opened or used.
    FlowFailed = "flow_failed", Network, TryNow, ["interface", "why"];
    /// Nothing listens on the control socket.
    NoEngine = "no_engine", Person, None, [];
    /// A request was not answered in time.
    EngineSilent = "engine_silent", Bellhop, CopyReport, [];
    /// The connection ended within a request, or carried nonsense.
    EngineLost = "engine_lost", Bellhop, CopyReport, [];
    /// It is on its way out.
    EngineStopping = "engine_stopping", Person, None, [];
    /// The peer's uid is not ours.
    EngineForeign = "engine_foreign", Person, CopyReport, [];
    /// Another protocol number.
    WrongVersion = "wrong_version", Person, None, ["engine", "own"];
    /// No line of that id.
    NoSuchLine = "no_such_line", Person, None, ["line"];
    /// Not possible while paused.
    LinePaused = "line_paused", Person, Resume, ["line"];
    /// rebind, pause or resume after their five seconds.
    NotDoneInTime = "not_done_in_time", Network, TryNow, ["line", "seconds", "state"];
    /// No place for it can be told.
    StateDirUnknown = "state_dir_unknown", Person, None, [];
    /// It can't be made, entered or written.
    StateDirUnusable = "state_dir_unusable", Person, None, ["path", "why"];
    /// Others may enter it.
    StateDirNotPrivate = "state_dir_not_private", Person, None, ["path"];
    /// The lock is held.
    StateDirInUse = "state_dir_in_use", Person, None, ["path"];
    /// What was stored makes no sense.
    StoreUnusable = "store_unusable", Bellhop, CopyReport, ["why"];
    /// `--config` names no file.
    ConfigMissing = "config_missing", Person, None, ["path"];
    /// It is there and can't be read.
    ConfigUnreadable = "config_unreadable", Person, None, ["path", "why"];
    /// Its problems are listed line by line elsewhere.
    ConfigInvalid = "config_invalid", Person, None, ["count"];
    /// It can't be replaced.
    ConfigUnwritable = "config_unwritable", Person, None, ["path", "why"];
    /// What a view wants a line to be makes no sense; its problems name the fields.
    SettingsInvalid = "settings_invalid", Person, None, ["count"];
    /// It is in no keyring, so it can't be stored from here.
    PasswordElsewhere = "password_elsewhere", Person, None, ["line", "place"];
    /// No device of that name.
    NoSuchDevice = "no_such_device", Person, None, ["device"];
    /// No home network of that subnet.
    NoSuchNetwork = "no_such_network", Person, None, ["network"];
    /// Its password is not where the config says.
    DevicePasswordMissing = "device_password_missing", Person, SetUpPhone, ["device"];
    /// It is bound to as many contacts as it may be, and an older one gave way.
    ContactsFull = "contacts_full", Device, None, ["device", "count"];
    /// A listener's port is somebody else's.
    PortTaken = "port_taken", Person, None, ["listener", "holder", "free"];
    /// A listener can't be opened, for another reason.
    ListenerUnusable = "listener_unusable", Person, None, ["listener", "why"];
    /// The certificate for TLS and WSS can't be read or made.
    CertificateUnusable = "certificate_unusable", Person, None, ["why"];
    /// None of the home networks is the one that this machine is in.
    NotAtHome = "not_at_home", Network, None, [];
    /// The network can't be told from others: no gateway, or one that does not answer.
    HomeUnknown = "home_unknown", Network, None, ["why"];
    /// What was stored of the phones makes no sense, and is kept aside.
    HomeStoreUnusable = "home_store_unusable", Bellhop, CopyReport, ["why", "kept"];
    /// What phones register can't be stored.
    HomeStoreUnwritable = "home_store_unwritable", Bellhop, CopyReport, ["why"];
    /// A feature of a later version.
    NotInThisVersion = "not_in_this_version", Bellhop, None, ["what"];
    /// A mistake of ours.
    Internal = "internal", Bellhop, CopyReport, ["why"];
    /// A code of a newer engine that this view does not know; its message says it all.
    Unknown = "unknown", Bellhop, CopyReport, ["code"];
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Ok(Code::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .unwrap_or(Code::Unknown))
    }
}

#[cfg(test)]
mod tests;
