//! The network that a machine is in, told by its gateway and by nothing that is remembered of one.
#![cfg(target_os = "linux")]

use std::time::Instant;

use bellhop_control::error::Code;
use bellhop_control::protocol::Reply;

use crate::desk::Desk;
use crate::travel::{HOME_MAC, INSIDE, OTHER_MAC, a_home, again, ip};

const TEST: &str = "here::a_gateway_that_is_only_remembered_is_no_home";

#[test]
fn a_gateway_that_is_only_remembered_is_no_home() {
    if std::env::var_os(INSIDE).is_none() {
        return again(TEST);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(remembered());
}

async fn remembered() {
    let (_home, _) = a_home(&[]);
    let mut desk = Desk::listening(&[]).await;
    // As it is, nothing being known.
    assert_eq!(mac(desk.home_here().await), Ok(HOME_MAC.to_owned()));
    for state in ["permanent", "stale"] {
        ip(
            &[],
            &format!("neigh replace 192.168.77.1 lladdr {OTHER_MAC} dev wlan0 nud {state}"),
        );
        let begun = Instant::now();
        assert_eq!(
            mac(desk.home_here().await),
            Err(Code::HomeUnknown),
            "{state}"
        );
        println!("{state}: refused after {:?}", begun.elapsed());
    }
    ip(
        &[],
        &format!("neigh replace 192.168.77.1 lladdr {HOME_MAC} dev wlan0 nud stale"),
    );
    let begun = Instant::now();
    assert_eq!(mac(desk.home_here().await), Ok(HOME_MAC.to_owned()));
    println!("stale and right: told after {:?}", begun.elapsed());
    desk.stop().await;
}

fn mac(reply: Reply) -> Result<String, Code> {
    match reply {
        Reply::Home { network } => Ok(network.gateway_mac),
        Reply::Refused { error, .. } => Err(error.code),
        other => panic!("{other:?}"),
    }
}
