//! What the TLS listeners show: files that were given, or a certificate of our own, made once and kept in the state directory.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// Key and certificate of our own, with the certificate's names in front.
pub(crate) const FILE: &str = "home-tls.pem";
/// How its line of names begins.
const NAMES: &str = "names: ";
/// Names of networks that were home some time; the oldest are dropped.
const MOST_NAMES: usize = 32;

/// Where TLS is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// These files, PEM.
    Given { chain: PathBuf, key: PathBuf },
    /// Our own in that directory, which holds these names at least.
    Own {
        directory: PathBuf,
        names: Vec<String>,
    },
}

/// One configuration for all connections.
///
/// # Errors
/// What is wrong with the files, in words for people.
pub(crate) fn config(identity: &Identity) -> Result<Arc<ServerConfig>, String> {
    let (chain, key) = match identity {
        Identity::Given { chain, key } => (read(chain)?, read(key)?),
        Identity::Own { directory, names } => {
            let pem = own(directory, names)?;
            (pem.clone(), pem)
        }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain)
        .collect::<Result<_, _>>()
        .map_err(|_| "the certificate is no PEM".to_owned())?;
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|_| "the key is no PEM".to_owned())?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error: rustls::Error| error.to_string())?;
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let name = path.file_name().unwrap_or_default().display();
    fs::read(path).map_err(|error| format!("{name}: {error}"))
}

/// The file of our own; made if there is none, and made anew with the same key if it lacks a name: a device that knows the key goes on trusting it.
fn own(directory: &Path, names: &[String]) -> Result<Vec<u8>, String> {
    let path = directory.join(FILE);
    let kept = fs::read_to_string(&path).ok();
    let mut held: Vec<String> = kept
        .as_deref()
        .and_then(|text| text.lines().next()?.strip_prefix(NAMES))
        .map(|line| line.split(' ').map(str::to_owned).collect())
        .unwrap_or_default();
    let missing: Vec<&String> = names.iter().filter(|name| !held.contains(name)).collect();
    if let Some(kept) = &kept
        && missing.is_empty()
        && key_in(kept).is_some()
    {
        return Ok(kept.clone().into_bytes());
    }
    held.extend(missing.into_iter().cloned());
    let surplus = held.len().saturating_sub(MOST_NAMES);
    held.drain(..surplus);
    let key = match kept.as_deref().and_then(key_in) {
        Some(key) => key,
        None => KeyPair::generate().map_err(|error| error.to_string())?,
    };
    let pem = make(&held, &key).map_err(|error| error.to_string())?;
    // One that can't be kept serves for this run.
    if let Err(error) = keep(directory, &path, &pem) {
        tracing::warn!(%error, "the certificate for the devices at home could not be kept");
    }
    Ok(pem.into_bytes())
}

/// It stands behind the certificate.
fn key_in(text: &str) -> Option<KeyPair> {
    let begin = text.find("-----BEGIN PRIVATE KEY-----")?;
    KeyPair::from_pem(text.get(begin..)?).ok()
}

fn make(names: &[String], key: &KeyPair) -> Result<String, rcgen::Error> {
    // A name that no certificate can hold is left out.
    let fit = |name: &&String| CertificateParams::new(vec![(*name).clone()]).is_ok();
    let held: Vec<String> = names.iter().filter(fit).cloned().collect();
    let mut params = CertificateParams::new(held)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "Bellhop at home");
    params.distinguished_name = subject;
    params.not_before = rcgen::date_time_ymd(2024, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    let certificate = params.self_signed(key)?;
    Ok(format!(
        "{NAMES}{}\n{}{}",
        names.join(" "),
        certificate.pem(),
        key.serialize_pem()
    ))
}

/// Whole or not at all, and for this account only from its first moment.
fn keep(directory: &Path, path: &Path, pem: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(pem.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn a_certificate_of_our_own_is_made_once_and_is_ours_alone() {
        let directory = tempfile::tempdir().unwrap();
        let identity = Identity::Own {
            directory: directory.path().to_owned(),
            names: names(&["home", "localhost", "127.0.0.1"]),
        };
        config(&identity).unwrap();
        let path = directory.path().join(FILE);
        let first = fs::read(&path).unwrap();
        config(&identity).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn another_address_is_another_certificate_with_the_same_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let key = |text: String| text.split("-----BEGIN PRIVATE").nth(1).unwrap().to_owned();
        own(directory.path(), &names(&["home"])).unwrap();
        let before = fs::read_to_string(&path).unwrap();
        own(directory.path(), &names(&["home", "192.168.1.20"])).unwrap();
        let after = fs::read_to_string(&path).unwrap();
        assert!(after.starts_with("names: home 192.168.1.20\n"));
        assert_eq!(key(before), key(after));
    }

    #[test]
    fn a_damaged_file_is_made_anew_and_an_odd_name_stops_nothing() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "names: home\nnonsense").unwrap();
        let identity = Identity::Own {
            directory: directory.path().to_owned(),
            names: names(&["home", "zuhause.ä", "::1"]),
        };
        config(&identity).unwrap();
    }

    #[test]
    fn given_files_that_are_missing_are_named() {
        let identity = Identity::Given {
            chain: "/nonexistent/chain.pem".into(),
            key: "/nonexistent/key.pem".into(),
        };
        assert!(config(&identity).unwrap_err().contains("chain.pem"));
    }
}
