//! What the config means on this machine: URIs read, defaults filled in, paths made absolute.

pub(crate) mod home;
mod origin;
pub(crate) mod watch;

use std::path::Path;

use bellhop_agent::LineConfig;
use bellhop_control::config::{At, DEFAULT_EXPIRES, PasswordSource, Problem, Written, WrittenLine};
use bellhop_sip::{HostPort, Scheme, Uri};

use crate::net::targets::Target;
use crate::secrets::Source;
pub(crate) use home::{HomeSettings, keyring_user};
pub(crate) use origin::{Origin, Unusable, directory, name, read};

/// All that a config says, ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) lines: Vec<LineSettings>,
    pub(crate) home: HomeSettings,
}

/// One line, ready to run.
#[derive(Clone, Debug)]
pub(crate) struct LineSettings {
    pub(crate) id: String,
    /// As written: the name under which the keyring and the store know the line.
    pub(crate) aor: String,
    /// The registrar's host as people know it.
    pub(crate) registrar_host: String,
    pub(crate) target: Target,
    pub(crate) secret: Source,
    pub(crate) agent: LineConfig,
}

impl LineSettings {
    /// The demo's line at the registrar of that address.
    pub(crate) fn of_demo(id: String, aor: &str, registrar: &str) -> Option<LineSettings> {
        let text = format!("[[line]]\naor = \"{aor}\"\nregistrar = \"{registrar}\"\n");
        let line = resolve(&text, "demo", Path::new(".")).ok()?.lines.pop()?;
        Some(LineSettings {
            id,
            secret: Source::Demo,
            ..line
        })
    }

    /// Of no config, and to be remembered nowhere.
    pub(crate) fn is_demo(&self) -> bool {
        self.secret == Source::Demo
    }

    /// The AOR as people write it: `tina@example.com`.
    pub(crate) fn number(&self) -> &str {
        self.aor
            .split_once(':')
            .map_or(self.aor.as_str(), |(_, number)| number)
    }

    /// Who serves the line and whom it logs in as: what was learned of a server holds for this alone.
    pub(crate) fn server(&self) -> String {
        let proxy = self.agent.outbound_proxy.as_ref();
        let proxy = proxy.map_or_else(String::new, |proxy| format!(" by {proxy}"));
        format!(
            "{} as {}{proxy}",
            self.agent.registrar, self.agent.auth_username
        )
    }

    /// Whether a running line with these settings may go on with the others.
    pub(crate) fn same_as(&self, other: &LineSettings) -> bool {
        self.id == other.id
            && self.aor == other.aor
            && self.target == other.target
            && self.secret == other.secret
            && self.agent.registrar == other.agent.registrar
            && self.agent.outbound_proxy == other.agent.outbound_proxy
            && self.agent.auth_username == other.agent.auth_username
            && self.agent.expires == other.agent.expires
            && self.agent.user_agent == other.agent.user_agent
    }
}

/// Reads a config's text; paths in it are relative to `directory`.
///
/// # Errors
/// All problems of it.
pub(crate) fn resolve(text: &str, name: &str, directory: &Path) -> Result<Settings, Vec<Problem>> {
    let written = Written::parse(text, name)?;
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for line in &written.lines {
        match resolve_line(&written, line, directory) {
            Ok(settings) => lines.push(settings),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        let home = home::resolve(&written, directory);
        Ok(Settings { lines, home })
    } else {
        Err(problems)
    }
}

fn resolve_line(
    file: &Written,
    line: &WrittenLine,
    directory: &Path,
) -> Result<LineSettings, Vec<Problem>> {
    let uri = |at: &At<String>, key: &str| -> Result<Uri, Problem> {
        let like = if key == "aor" {
            "must be a SIP URI like \"sip:tina@example.com\""
        } else {
            "must be a SIP URI like \"sip:pbx.example.com\""
        };
        let uri = at
            .parse::<Uri>()
            .map_err(|_| file.problem(at.line, key, like))?;
        match uri.scheme() {
            // It would go into the config, and to everybody who is told the address.
            Scheme::Sip if uri.password().is_some() => {
                Err(file.problem(at.line, key, "must not have a password in it"))
            }
            Scheme::Sip if uri.host().is_some() => Ok(uri),
            Scheme::Sips => Err(file.problem(at.line, key, "sips: (TLS): not in this version")),
            Scheme::Sip | Scheme::Tel | Scheme::Other => Err(file.problem(at.line, key, like)),
        }
    };
    let optional =
        |at: &Option<At<String>>, key: &str| at.as_ref().map(|at| uri(at, key)).transpose();
    let (aor, named, proxy) = (
        uri(&line.aor, "aor"),
        optional(&line.registrar, "registrar"),
        optional(&line.outbound_proxy, "outbound_proxy"),
    );
    // A form has all its fields looked at.
    let (aor, named, proxy) = match (aor, named, proxy) {
        (Ok(aor), Ok(named), Ok(proxy)) => (aor, named, proxy.map(loose)),
        (aor, named, proxy) => {
            let problems = [aor.err(), named.err(), proxy.err()];
            return Err(problems.into_iter().flatten().collect());
        }
    };
    let Some(user) = aor
        .user_unescaped()
        .map(|user| user.to_string())
        .filter(|user| !user.is_empty())
    else {
        return Err(vec![file.problem(
            line.aor.line,
            "aor",
            "must name a user: \"sip:USER@company\"",
        )]);
    };
    let registrar = named.as_ref().unwrap_or(&aor);
    let unreachable = || vec![file.problem(line.aor.line, "aor", "has no host to register at")];
    let host = registrar.host().ok_or_else(unreachable)?;
    Ok(LineSettings {
        id: line.id.value.clone(),
        aor: line.aor.value.trim().to_owned(),
        registrar_host: host.to_string(),
        target: Target::of(registrar, proxy.as_ref()).ok_or_else(unreachable)?,
        secret: match &line.password.value {
            PasswordSource::Keyring => Source::Keyring {
                user: line.aor.value.trim().to_owned(),
            },
            PasswordSource::File(path) => Source::File(directory.join(path)),
            PasswordSource::Env(name) => Source::Env(name.clone()),
        },
        agent: LineConfig {
            registrar: Uri::build(
                Scheme::Sip,
                None,
                HostPort {
                    host,
                    port: registrar.port(),
                },
            )
            .finish(),
            outbound_proxy: proxy,
            auth_username: line
                .auth_username
                .as_ref()
                .map_or(user, |at| at.value.clone()),
            expires: line.expires.as_ref().map_or(DEFAULT_EXPIRES, |at| at.value),
            user_agent: line.user_agent.as_ref().map_or_else(
                || concat!("Bellhop/", env!("CARGO_PKG_VERSION")).to_owned(),
                |at| at.value.clone(),
            ),
            aor: aor.without_params_and_headers(),
        },
    })
}

/// Without `lr` the proxy would be a strict router of RFC 2543 (RFC 3261 §16.12), and none of those is left.
fn loose(proxy: Uri) -> Uri {
    if proxy.params().contains("lr") {
        return proxy;
    }
    format!(
        "{};lr",
        proxy.to_string().split('?').next().unwrap_or_default()
    )
    .parse()
    .unwrap_or(proxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Vec<LineSettings>, Vec<String>> {
        resolve(text, "config.toml", Path::new("/etc/bellhop"))
            .map(|settings| settings.lines)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_aor_alone_is_enough() {
        let line = load("[[line]]\naor = \"sip:tina@example.com\"\n")
            .unwrap()
            .remove(0);
        assert_eq!(
            (
                line.id.as_str(),
                line.agent.auth_username.as_str(),
                line.agent.expires
            ),
            ("tina", "tina", 3600)
        );
        assert_eq!(line.agent.registrar.to_string(), "sip:example.com");
        assert_eq!(
            line.target,
            Target::Service {
                domain: "example.com".into(),
                naptr: true
            }
        );
        assert_eq!(
            line.secret,
            Source::Keyring {
                user: "sip:tina@example.com".into()
            }
        );
        assert_eq!(
            line.agent.user_agent,
            concat!("Bellhop/", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(line.number(), "tina@example.com");
    }

    #[test]
    fn what_is_written_is_taken() {
        let text = "[[line]]\nid = \"work\"\naor = \"sip:tina@example.com\"\nregistrar = \"sip:[2001:db8::1]:5070;transport=udp\"\noutbound_proxy = \"sip:192.0.2.9\"\nauth_username = \"t\"\npassword = { file = \"secret\" }\nexpires = 600\n";
        let line = load(text).unwrap().remove(0);
        assert_eq!(line.agent.registrar.to_string(), "sip:[2001:db8::1]:5070");
        assert_eq!(
            line.agent.outbound_proxy.unwrap().to_string(),
            "sip:192.0.2.9;lr"
        );
        assert_eq!(
            line.target,
            Target::Address("192.0.2.9:5060".parse().unwrap())
        );
        assert_eq!(line.secret, Source::File("/etc/bellhop/secret".into()));
    }

    #[test]
    fn problems_name_line_and_key_and_repeat_no_value() {
        for (text, start) in [
            (
                "[[line]]\naor = \"tina at company\"\n",
                "config.toml:2: aor: ",
            ),
            (
                "[[line]]\naor = \"sip:company.test\"\n",
                "config.toml:2: aor: ",
            ),
            ("[[line]]\naor = \"tel:+4930123\"\n", "config.toml:2: aor: "),
            (
                "[[line]]\naor = \"sip:tina@company.test\"\nregistrar = \"company hunter2\"\n",
                "config.toml:3: registrar: ",
            ),
        ] {
            let problems = load(text).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(
                problems[0].starts_with(start) && !problems[0].contains("hunter2"),
                "{problems:?}"
            );
        }
    }
}
