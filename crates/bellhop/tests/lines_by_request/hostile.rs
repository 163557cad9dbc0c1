//! Requests of somebody who does not mean well.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use anyhow::{Result, ensure};
use bellhop_control::error::Code;
use bellhop_control::frame::MAX_FRAME;
use bellhop_control::protocol::{LineSettings, PROTOCOL, PasswordPlace, Request};

use crate::desk::{COMMENT, Desk, SOON};

#[test]
fn what_would_break_out_of_its_field_stays_in_it_or_is_refused() -> Result<()> {
    let mut desk = Desk::new()?;
    let hostile = [
        "\"\n[[line]]\naor = \"sip:evil@example.com",
        "a\r\nContact: <sip:evil@example.com>",
        "\u{202e}gpj.\u{0}",
        &"x".repeat(600_000),
    ];
    for text in hostile {
        let fields: [fn(&mut LineSettings, String); 5] = [
            |it, text| it.aor = format!("sip:tina{text}@company.test"),
            |it, text| it.id = Some(text),
            |it, text| it.registrar = Some(text),
            |it, text| it.user_agent = Some(format!("u{text}")),
            |it, text| it.password = PasswordPlace::Env { variable: text },
        ];
        for set in fields {
            let mut settings = desk.number("tina");
            set(&mut settings, text.to_owned());
            // Quotation marks and the like may stand in a name; line ends and floods may not.
            let (code, problems) = desk.refused(Request::AddLine {
                settings,
                password: None,
            })?;
            assert_eq!(code, Code::SettingsInvalid);
            ensure!(!format!("{problems:?}").contains("evil"), "{problems:?}");
            assert_eq!(desk.config()?, COMMENT);
        }
    }
    let settings = LineSettings {
        user_agent: Some("Desk \"1\" # no comment \\".into()),
        ..desk.number("tina")
    };
    desk.added(Request::AddLine {
        settings,
        password: None,
    })?;
    assert_eq!(desk.snapshot()?.lines.len(), 1);
    Ok(())
}

#[test]
fn a_flood_is_cut_off_and_everybody_else_is_served() -> Result<()> {
    let mut desk = Desk::new()?;
    let hello = format!(
        r#"{{"type":"hello","protocol":{PROTOCOL},"version":"9","pid":1,"started_by":"tray"}}"#
    );
    let nested = format!(
        r#"{{"type":"request","id":1,"request":{{"ask":"add_line","settings":{}1{}}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let frame = |text: &str| -> Result<Vec<u8>> {
        let mut bytes = u32::try_from(text.len())?.to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        Ok(bytes)
    };
    let too_long = u32::try_from(MAX_FRAME + 1)?.to_be_bytes().to_vec();
    for attack in [too_long, vec![0xff; 4], frame(&nested)?, frame("nonsense")?] {
        let mut stream = UnixStream::connect(desk.engine.state_dir().join("control.sock"))?;
        stream.set_read_timeout(Some(SOON))?;
        stream.write_all(&frame(&hello)?)?;
        let _ = stream.write_all(&attack);
        // The engine greets, and then ends it.
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        ensure!(ended.is_ok() || !rest.is_empty(), "{ended:?}");
        desk.snapshot()?;
    }
    Ok(())
}
