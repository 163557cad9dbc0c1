//! Systems that end a login's processes with it.

/// Nothing to watch.
#[derive(Debug)]
pub(super) struct Watch;

impl Watch {
    pub(super) fn begin() -> Watch {
        Watch
    }

    pub(super) async fn ended(&mut self) {
        std::future::pending::<()>().await;
    }
}
