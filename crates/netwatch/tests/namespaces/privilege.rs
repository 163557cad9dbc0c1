//! The watch needs no privilege.

use crate::host::{again, alone, ip, path, two_uplinks, watch_uplinks};

const TEST: &str = "privilege::a_process_without_any_privilege_sees_the_same";
const UNPRIVILEGED: &str = "BELLHOP_NETWATCH_TEST_UNPRIVILEGED";

#[test]
fn a_process_without_any_privilege_sees_the_same() {
    alone(TEST, || async {
        if std::env::var_os(UNPRIVILEGED).is_none() {
            two_uplinks();
            ip("route add default via 10.1.0.1 dev wlan0");
            // A user namespace inside: its processes have no say over the network namespace, which belongs to the one outside.
            again(
                TEST,
                &[
                    "unshare",
                    "--user",
                    "env",
                    "BELLHOP_NETWATCH_TEST_UNPRIVILEGED=1",
                ],
            );
            return;
        }
        let refused = std::process::Command::new("ip")
            .args(["link", "set", "dev", "lo", "down"])
            .output()
            .unwrap();
        assert!(!refused.status.success(), "this process has the privilege");
        let watch = watch_uplinks().await;
        assert!(watch.networks().online());
        assert_eq!(
            path(&watch, "203.0.113.5").await.unwrap().interface,
            "wlan0"
        );
    });
}
