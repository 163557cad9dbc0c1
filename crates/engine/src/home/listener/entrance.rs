//! Where connections come in: open until it is dropped, and closed by then, so that its port is free in that instant.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use super::connections::{self, Connections};
use super::{Place, socket};

/// After an error of the system (no files, no memory) accepting pauses.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// See the module. Its connections are closed with it.
#[derive(Debug)]
pub(crate) struct Entrance {
    number: u64,
    connections: Connections,
    /// None once it is closed. The task that accepts ends later, when the runtime comes to it.
    listener: Arc<Mutex<Option<TcpListener>>>,
    accepting: AbortHandle,
    pub(crate) local: SocketAddr,
}

impl Entrance {
    /// Whoever is heard at that place and finds room is handed to `serve`. To be called inside the runtime.
    ///
    /// # Errors
    /// The address is taken, or not this machine's.
    pub(crate) fn open<S, F>(
        place: &Place,
        connections: &Connections,
        serve: S,
    ) -> io::Result<Entrance>
    where
        S: Fn(TcpStream, SocketAddr, connections::Place) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = socket::tcp(place)?;
        let local = listener.local_addr()?;
        let listener = Arc::new(Mutex::new(Some(listener)));
        let number = connections.new_listener();
        let accepting = accept(Arc::clone(&listener), {
            let (place, connections) = (place.clone(), connections.clone());
            move |stream, source| {
                if place.hears(source)
                    && let Some(place) = connections.enter(Instant::now(), number, source.ip())
                {
                    tokio::spawn(serve(stream, source, place));
                }
            }
        });
        Ok(Entrance {
            number,
            connections: connections.clone(),
            listener,
            accepting: tokio::spawn(accepting).abort_handle(),
            local,
        })
    }
}

impl Drop for Entrance {
    fn drop(&mut self) {
        self.accepting.abort();
        drop(lock(&self.listener).take());
        self.connections.end_all_of(self.number);
    }
}

async fn accept(listener: Arc<Mutex<Option<TcpListener>>>, enters: impl Fn(TcpStream, SocketAddr)) {
    loop {
        let accepted = poll_fn(|cx| match &*lock(&listener) {
            Some(listener) => listener.poll_accept(cx).map(Some),
            None => Poll::Ready(None),
        });
        match accepted.await {
            None => return,
            Some(Ok((stream, source))) => enters(stream, source),
            Some(Err(error)) => {
                tracing::debug!(%error, "accepting a connection");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
        // Those that were ended for this one give their files back first.
        tokio::task::yield_now().await;
    }
}

fn lock(listener: &Mutex<Option<TcpListener>>) -> MutexGuard<'_, Option<TcpListener>> {
    listener.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn its_port_is_free_when_it_is_dropped_and_its_connections_end() {
        let connections = Connections::with_room_for(16);
        let place = |address: SocketAddr| Place {
            address,
            link: None,
        };
        let hold = |stream, _, mut place: connections::Place| async move {
            let _ = place.ended.changed().await;
            drop::<TcpStream>(stream);
        };
        let any = place("127.0.0.1:0".parse().unwrap());
        let mut entrance = Entrance::open(&any, &connections, hold).unwrap();
        for _ in 0..3 {
            let local = entrance.local;
            let mut stream = TcpStream::connect(local).await.unwrap();
            tokio::task::yield_now().await;
            drop(entrance);
            entrance = Entrance::open(&place(local), &connections, hold).unwrap();
            assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));
        }
    }
}
