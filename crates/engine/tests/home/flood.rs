//! Connections that say nothing.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::{Desk, free_port};
use crate::phone::{Phone, options};

/// More than any home has. Both ends are this process's, so it keeps only the newest.
const MANY: usize = 10_000;
const KEPT: usize = 400;

#[tokio::test]
async fn ten_thousand_connections_that_say_nothing_keep_nobody_out() {
    let port = free_port();
    let mut desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut bound = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut phone = Phone::new("TCP", "sip:101@127.0.0.1:5060;transport=tcp");
    let mut buffer = [0; 4096];
    for wanted in [401, 200] {
        bound
            .write_all(phone.register(600).as_bytes())
            .await
            .unwrap();
        let length = bound.read(&mut buffer).await.unwrap();
        assert_eq!(phone.hear(&buffer[..length]), wanted);
    }
    desk.home_where(|it| it.devices[0].online).await;
    let mut silent = std::collections::VecDeque::new();
    let mut slowest = Duration::ZERO;
    for number in 0..MANY {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
            silent.push_back(stream);
        }
        if silent.len() > KEPT {
            silent.pop_front();
        }
        if number % 500 == 0 {
            let asked = Instant::now();
            let home = desk.home().await;
            slowest = slowest.max(asked.elapsed());
            assert!(home.devices[0].online, "who is bound stays");
        }
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let mut newest = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    for stream in [&mut newest, &mut bound] {
        stream.write_all(options("TCP").as_bytes()).await.unwrap();
        let answered = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer));
        assert!(answered.await.unwrap().unwrap() > 0);
    }
    desk.stop().await;
}
