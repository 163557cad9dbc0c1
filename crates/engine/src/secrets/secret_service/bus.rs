//! The session bus while it is there: reads are answered, and the Secret Service's signals passed on.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use secret_service::{EncryptionType, Error, SecretService};
use tokio::sync::{Mutex, mpsc};
use zbus::message::{Message, Type};
use zbus::{Connection, MatchRule, MessageStream};

use super::super::{Answer, Told};
use super::{Ask, look};

const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
/// Signals come in bursts; what finds no room makes the bus wait.
const ROOM: usize = 64;

/// A connection, and the session with whoever owns the service's name.
pub(super) struct Bus {
    connection: Connection,
    owners: MessageStream,
    signals: MessageStream,
    session: Session,
}

/// Why it is no longer served.
pub(super) enum End {
    NobodyAsks,
    BusLost,
}

/// Opened by the first read; what another owner opened is worth nothing.
type Session = Mutex<Option<Arc<SecretService<'static>>>>;

impl Bus {
    /// Connects, and listens before anything is asked, so that no change is lost in between.
    pub(super) async fn open() -> zbus::Result<Bus> {
        let connection = Connection::session().await?;
        let of_owner = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender("org.freedesktop.DBus")?
            .interface("org.freedesktop.DBus")?
            .member("NameOwnerChanged")?
            .arg(0, NAME)?
            .build();
        let of_service = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(NAME)?
            .path_namespace(ROOT)?
            .build();
        Ok(Bus {
            owners: MessageStream::for_match_rule(of_owner, &connection, Some(ROOM)).await?,
            signals: MessageStream::for_match_rule(of_service, &connection, Some(ROOM)).await?,
            connection,
            session: Mutex::new(None),
        })
    }

    pub(super) async fn serve(
        mut self,
        first: Ask,
        asks: &mut mpsc::UnboundedReceiver<Ask>,
        told: &mpsc::UnboundedSender<Told>,
    ) -> End {
        let (connection, session) = (&self.connection, &self.session);
        let mut reads = FuturesUnordered::new();
        reads.push(answer(first, connection, session));
        loop {
            let changed = tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => {
                        reads.push(answer(ask, connection, session));
                        false
                    }
                    None => return End::NobodyAsks,
                },
                Some(()) = reads.next() => false,
                owner = self.owners.next() => match owner {
                    Some(Ok(message)) => has_owner(&message),
                    Some(Err(_)) | None => return End::BusLost,
                },
                signal = self.signals.next() => match signal {
                    Some(Ok(message)) => is_change(&message),
                    Some(Err(_)) | None => return End::BusLost,
                },
            };
            if changed && told.send(Told::KeyringChanged).is_err() {
                return End::NobodyAsks;
            }
        }
    }
}

async fn answer(mut ask: Ask, connection: &Connection, session: &Session) {
    let look = look::look(
        &ask.aor,
        ask.prompt,
        &ask.stage,
        async |but: Option<&Arc<SecretService<'static>>>| opened(connection, session, but).await,
    );
    let result = tokio::select! {
        result = look => result,
        // Given up.
        () = ask.reply.closed() => return,
    };
    let _ = ask.reply.send(Answer {
        result,
        watched: true,
    });
}

/// The session, opened if there is none or if that is not the one to do without: its service may have ended.
async fn opened(
    connection: &Connection,
    session: &Session,
    but: Option<&Arc<SecretService<'static>>>,
) -> Result<Arc<SecretService<'static>>, Error> {
    let mut session = session.lock().await;
    match &*session {
        Some(open) if but.is_none_or(|but| !Arc::ptr_eq(open, but)) => Ok(Arc::clone(open)),
        _ => {
            *session = None;
            let open = SecretService::connect_with_existing(EncryptionType::Dh, connection.clone())
                .await?;
            Ok(Arc::clone(session.insert(Arc::new(open))))
        }
    }
}

/// `NameOwnerChanged(name, before, now)`: somebody is there now.
fn has_owner(message: &Message) -> bool {
    let names = message.body().deserialize::<(String, String, String)>();
    names.is_ok_and(|(_, _, now)| !now.is_empty())
}

/// A prompt that ends is followed by what it changed.
fn is_change(message: &Message) -> bool {
    let header = message.header();
    header
        .interface()
        .is_some_and(|interface| interface.as_str() != "org.freedesktop.Secret.Prompt")
}
