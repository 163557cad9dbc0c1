//! `trace --pcap`, read by somebody else: tshark has to see SIP where the wire had it, and no secret anywhere.

#![cfg(unix)]

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bellhop_tests_support::engine::{Engine, Outcome, PASSWORD};
use bellhop_tests_support::registrar::Registrar;
use bellhop_tests_support::sip_text::{header, parameters};
use bellhop_tests_support::tools::{self, Tool};

const TSHARK: Tool = Tool {
    program: "tshark",
    package: "tshark",
};
/// Key of a media stream, and the words of a body.
const KEY: &str = "c4naryKeyc4naryKeyc4naryKeyc4naryKeyc4na";
const SUBJECT: &str = "c4nary-subject";

/// A registered line whose port was sent a call with a body, and junk.
struct Traced {
    registrar: Registrar,
    engine: Engine,
    local: String,
}

impl Traced {
    fn start() -> Result<Traced> {
        tools::require(&[TSHARK])?;
        let registrar = Registrar::start(PASSWORD)?;
        let engine = Engine::start(
            Path::new(env!("CARGO_BIN_EXE_bellhop")),
            &format!(
                "[[line]]\naor = \"sip:tina@company.test\"\nregistrar = \"sip:{};transport=udp\"\npassword = {{ file = \"secret\" }}\n",
                registrar.address()
            ),
        )?;
        let status = engine.wait_for("registered", Duration::from_secs(8))?;
        let local = status
            .pointer("/lines/0/flows/0/local")
            .and_then(|value| value.as_str())
            .context("the line is not registered")?
            .to_owned();
        let caller = UdpSocket::bind("127.0.0.1:0")?;
        caller.set_read_timeout(Some(Duration::from_secs(5)))?;
        caller.send_to(b"\x1b[2J junk", &local)?;
        caller.send_to(invite(&caller)?.as_bytes(), &local)?;
        let mut answer = [0; 2048];
        // What was answered is in the trace.
        while !answer.starts_with(b"SIP/2.0 480 ") {
            caller.recv(&mut answer).context("no 480 to the INVITE")?;
        }
        Ok(Traced {
            registrar,
            engine,
            local,
        })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.engine.directory().join(name)
    }

    fn capture(&self, name: &str, more: &[&str]) -> Result<Outcome> {
        let file = self.file(name);
        let mut words = vec!["trace", "--pcap", file.to_str().context("a path as text")?];
        words.extend(more);
        self.engine.cli(&words)
    }
}

fn invite(caller: &UdpSocket) -> Result<String> {
    let from = caller.local_addr()?;
    let body = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns={SUBJECT}\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n"
    );
    Ok(format!(
        "INVITE sip:tina@company.test SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKcapture\r\nMax-Forwards: 70\r\nFrom: <sip:boss@company.test>;tag=1\r\nTo: <sip:tina@company.test>\r\nCall-ID: capture\r\nCSeq: 7 INVITE\r\nContact: <sip:boss@{from}>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// One row for each packet that passes `filter`; checksums are checked.
fn tshark(file: &Path, filter: &str, fields: &[&str]) -> Result<Vec<Vec<String>>> {
    let mut command = Command::new(tools::find(TSHARK.program).context("tshark")?);
    command
        .arg("-r")
        .arg(file)
        .args(["-n", "-o", "ip.check_checksum:TRUE"])
        .args([
            "-o",
            "udp.check_checksum:TRUE",
            "-Y",
            filter,
            "-T",
            "fields",
        ]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.stdin(Stdio::null()).output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?
        .lines()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect())
}

#[test]
fn tshark_reads_the_registration_with_its_addresses() -> Result<()> {
    let traced = Traced::start()?;
    let outcome = traced.capture("x.pcapng", &[])?;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    let file = traced.file("x.pcapng");
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    let (ours, theirs) = (
        traced.local.as_str(),
        traced.registrar.address().to_string(),
    );
    let rows = tshark(
        &file,
        "sip.CSeq.method == \"REGISTER\"",
        &[
            "sip.Method",
            "sip.Status-Code",
            "sip.CSeq",
            "ip.src",
            "udp.srcport",
            "ip.dst",
            "udp.dstport",
        ],
    )?;
    let seen: Vec<String> = rows
        .iter()
        .map(|row| match row.as_slice() {
            [method, status, cseq, from, from_port, to, to_port] => {
                format!("{method}{status} {cseq} {from}:{from_port} {to}:{to_port}")
            }
            other => format!("{other:?}"),
        })
        .collect();
    let first: Vec<u32> = traced
        .registrar
        .seen()
        .iter()
        .map(|seen| seen.cseq)
        .collect();
    let [one, two] = first.as_slice() else {
        anyhow::bail!("two REGISTERs make a registration: {first:?}")
    };
    assert_eq!(
        seen,
        [
            format!("REGISTER {one} REGISTER {ours} {theirs}"),
            format!("401 {one} REGISTER {theirs} {ours}"),
            format!("REGISTER {two} REGISTER {ours} {theirs}"),
            format!("200 {two} REGISTER {theirs} {ours}"),
        ]
    );
    // Nothing about the packets themselves is wrong, the masked header fields included.
    let wrong = "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || (sip && _ws.expert.severity >= 6291456)";
    assert_eq!(
        tshark(&file, wrong, &["frame.number", "_ws.expert.message"])?,
        [[""; 0]; 0]
    );
    let digests = tshark(
        &file,
        "sip.auth.digest.response",
        &[
            "sip.auth.digest.response",
            "sip.auth.nonce",
            "sip.auth.realm",
        ],
    )?;
    assert_eq!(digests, [["\"…\"", "\"…\"", "\"company.test\""]]);
    Ok(())
}

#[test]
fn bodies_are_there_only_when_asked_for_and_keys_never() -> Result<()> {
    let traced = Traced::start()?;
    let fields = ["sip.Content-Length", "sdp.session_name", "sip.CSeq.seq"];
    let outcome = traced.capture("without.pcapng", &[])?;
    assert!(
        outcome.stderr.contains("Without their bodies: 1."),
        "{}",
        outcome.stderr
    );
    let without = tshark(
        &traced.file("without.pcapng"),
        "sip.Method == \"INVITE\"",
        &fields,
    )?;
    assert_eq!(without, [["0", "", "7"]]);
    traced.capture("with.pcapng", &["--bodies"])?;
    let with = tshark(
        &traced.file("with.pcapng"),
        "sip.Method == \"INVITE\" && sdp.media_attr contains \"crypto:\"",
        &fields,
    )?;
    assert_eq!(with.len(), 1);
    assert_eq!(
        with.first().and_then(|row| row.get(1)).map(String::as_str),
        Some(SUBJECT)
    );
    let nonce_and_answer: Vec<String> = traced
        .registrar
        .seen()
        .iter()
        .filter_map(|seen| header(&seen.message, "Authorization"))
        .flat_map(|credentials| {
            let given = parameters(&credentials);
            ["nonce", "response", "cnonce"].map(|name| given.get(name).cloned().unwrap_or_default())
        })
        .collect();
    assert!(nonce_and_answer.len() >= 3 && nonce_and_answer.iter().all(|secret| secret.len() > 5));
    for (name, has_body) in [("without.pcapng", false), ("with.pcapng", true)] {
        let bytes = fs::read(traced.file(name))?;
        let holds = |text: &str| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        assert_eq!(holds(SUBJECT), has_body, "{name}");
        for secret in nonce_and_answer
            .iter()
            .map(String::as_str)
            .chain([KEY, PASSWORD])
        {
            assert!(!holds(secret), "{name} holds {secret}");
        }
    }
    Ok(())
}

#[test]
fn junk_is_in_the_capture_as_the_trace_keeps_it() -> Result<()> {
    let traced = Traced::start()?;
    traced.capture("x.pcapng", &[])?;
    let rows = tshark(
        &traced.file("x.pcapng"),
        "udp && !sip",
        &["frame.comment", "udp.payload"],
    )?;
    let [row] = rows.as_slice() else {
        anyhow::bail!("{rows:?}")
    };
    assert!(
        row.first()
            .is_some_and(|comment| comment.contains("dropped: ")),
        "{row:?}"
    );
    let hex: String = b"\\u{1b}[2J junk"
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(row.get(1), Some(&hex));
    Ok(())
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_force_and_stdout_is_a_dash() -> Result<()> {
    let traced = Traced::start()?;
    let file = traced.file("x.pcapng");
    fs::write(&file, "mine")?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644))?;
    let refused = traced.capture("x.pcapng", &[])?;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(fs::read(&file)?, b"mine");
    assert_eq!(traced.capture("x.pcapng", &["--force"])?.code, Some(0));
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    let piped = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(["trace", "--pcap", "-", "--state-dir"])
        .arg(traced.engine.state_dir())
        .output()?;
    assert!(piped.status.success());
    assert_eq!(piped.stdout, fs::read(&file)?);
    Ok(())
}
