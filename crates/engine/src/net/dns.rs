//! Finds a registrar's addresses: /etc/hosts, then DNS, by RFC 3263 for UDP.
//!
//! hickory reads resolv.conf when a resolver is built, and another network has other name servers: [`Dns`] builds one for each question.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{ResolverConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};

use super::targets::{self, Naptr, SIP_PORT, Srv, Target};

/// A whole search may take this long, all its questions together; then the person is told.
const LIMIT: Duration = Duration::from_secs(6);
/// One question to one name server; three tries fit the limit's first half.
const QUESTION: Duration = Duration::from_secs(1);

/// The questions that RFC 3263 asks. No records and no such name are an empty answer.
pub(crate) trait Records {
    fn naptr(&self, name: &str) -> impl Future<Output = Result<Vec<Naptr>, String>>;
    fn srv(&self, name: &str) -> impl Future<Output = Result<Vec<Srv>, String>>;
    fn addresses(&self, name: &str) -> impl Future<Output = Result<Vec<IpAddr>, String>>;
}

/// All addresses of `target`, in the order to try them; never empty. The error is one clause for the person ("no such name").
///
/// # Errors
/// No address was found, or the name servers did not answer in time.
pub(crate) async fn resolve(
    target: &Target,
    records: &impl Records,
    seed: u64,
) -> Result<Vec<SocketAddr>, String> {
    let search = async {
        match target {
            Target::Address(address) => Ok(vec![*address]),
            Target::Host { name, port } => host(records, name, *port).await,
            Target::Service { domain, naptr } => service(records, domain, *naptr, seed).await,
        }
    };
    let found = tokio::time::timeout(LIMIT, search)
        .await
        .map_err(|_| format!("no answer within {} s", LIMIT.as_secs()))??;
    let found = targets::usable(found);
    if found.is_empty() {
        Err("no such name".into())
    } else {
        Ok(found)
    }
}

async fn service(
    records: &impl Records,
    domain: &str,
    naptr: bool,
    seed: u64,
) -> Result<Vec<SocketAddr>, String> {
    if is_localhost(domain) {
        return host(records, domain, SIP_PORT).await;
    }
    // A name server that refuses NAPTR or SRV still knows addresses: only the last question's failure counts.
    let by_naptr = if naptr {
        records
            .naptr(domain)
            .await
            .ok()
            .and_then(targets::udp_service)
    } else {
        None
    };
    let service = by_naptr.unwrap_or_else(|| format!("_sip._udp.{domain}"));
    let servers = targets::ordered(records.srv(&service).await.unwrap_or_default(), seed);
    let mut found = Vec::new();
    for server in servers
        .iter()
        .filter(|s| s.target != ".")
        .take(targets::MAX_ADDRESSES)
    {
        found.extend(
            host(records, &server.target, server.port)
                .await
                .unwrap_or_default(),
        );
    }
    if found.is_empty() {
        host(records, domain, SIP_PORT).await
    } else {
        Ok(found)
    }
}

async fn host(records: &impl Records, name: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let addresses = if is_localhost(name) {
        // RFC 6761 §6.3: never asked of a name server.
        vec![
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ]
    } else {
        records.addresses(name).await?
    };
    Ok(addresses
        .into_iter()
        .map(|ip| SocketAddr::new(ip, port))
        .collect())
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// The machine's own resolver, as its files say at this moment.
pub(crate) struct Dns {
    resolver: TokioResolver,
}

impl Dns {
    /// Reads resolv.conf (or the OS's settings) and the hosts file anew.
    ///
    /// # Errors
    /// One clause for the person.
    pub(crate) fn from_system() -> Result<Dns, String> {
        let (config, options) =
            hickory_resolver::system_conf::read_system_conf().unwrap_or_else(|error| {
                // Without name servers the hosts file still holds.
                tracing::debug!(%error, "no name servers");
                (
                    ResolverConfig::from_parts(None, Vec::new(), Vec::new()),
                    ResolverOpts::default(),
                )
            });
        Dns::new(config, options)
    }

    fn new(config: ResolverConfig, mut options: ResolverOpts) -> Result<Dns, String> {
        options.timeout = QUESTION;
        options.attempts = 2;
        let mut builder = Resolver::builder_with_config(config, TokioRuntimeProvider::default());
        *builder.options_mut() = options;
        builder
            .build()
            .map(|resolver| Dns { resolver })
            .map_err(|error| clause(&error))
    }

    async fn answers<T>(
        &self,
        name: &str,
        kind: RecordType,
        pick: impl Fn(&RData) -> Option<T>,
    ) -> Result<Vec<T>, String> {
        match self.resolver.lookup(absolute(name), kind).await {
            Ok(lookup) => Ok(lookup
                .answers()
                .iter()
                .filter_map(|record| pick(&record.data))
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(clause(&error)),
        }
    }
}

impl Records for Dns {
    async fn naptr(&self, name: &str) -> Result<Vec<Naptr>, String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.answers(name, RecordType::NAPTR, |data| {
            let RData::NAPTR(r) = data else { return None };
            Some(Naptr {
                order: r.order,
                preference: r.preference,
                flags: text(&r.flags),
                service: text(&r.services),
                replacement: r.replacement.to_string(),
            })
        })
        .await
    }

    async fn srv(&self, name: &str) -> Result<Vec<Srv>, String> {
        self.answers(name, RecordType::SRV, |data| {
            let RData::SRV(r) = data else { return None };
            Some(Srv {
                priority: r.priority,
                weight: r.weight,
                port: r.port,
                target: r.target.to_string(),
            })
        })
        .await
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        let (v4, v6) = tokio::join!(
            self.answers(name, RecordType::A, RData::ip_addr),
            self.answers(name, RecordType::AAAA, RData::ip_addr)
        );
        match (v4, v6) {
            (Ok(v4), Ok(v6)) => Ok(v4.into_iter().chain(v6).collect()),
            // One family's failure matters only if the other has nothing.
            (Ok(some), Err(_)) | (Err(_), Ok(some)) if !some.is_empty() => Ok(some),
            (Err(why), _) | (_, Err(why)) => Err(why),
        }
    }
}

/// A name with a dot is taken as whole: search domains would turn a mistyped name into somebody else's host.
fn absolute(name: &str) -> String {
    if name.contains('.') && !name.ends_with('.') {
        format!("{name}.")
    } else {
        name.to_owned()
    }
}

fn clause(error: &NetError) -> String {
    if matches!(error, NetError::Timeout) {
        "the name servers do not answer".into()
    } else {
        "the name servers can't be reached".into()
    }
}

#[cfg(test)]
mod tests;
