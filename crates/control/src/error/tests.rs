use super::*;

fn with_all_params(code: Code) -> Error {
    Error::new(
        code,
        code.params()
            .iter()
            .map(|name| (*name, format!("{{{name}}}"))),
    )
}

#[test]
fn every_code_has_a_sentence_and_fills_all_its_values() {
    for code in Code::ALL {
        let error = with_all_params(*code);
        assert_ne!(error.message, code.as_str(), "{code} has no sentence");
        assert!(!error.message.contains('$'), "{code}: {}", error.message);
        for name in code.params() {
            assert!(
                error.message.contains(&format!("{{{name}}}")),
                "{code} does not say its {name}: {}",
                error.message
            );
        }
    }
}

#[test]
fn every_action_has_a_label() {
    for code in Code::ALL {
        let action = Action::of(code.action());
        assert!(!action.label.starts_with("action-"), "{code}");
    }
}

#[test]
fn speaks_as_the_face_does() {
    assert_eq!(
        Error::new(Code::PasswordRefused, [("user", "tina")]).message,
        "the company refused the password for tina"
    );
    assert_eq!(
        Error::new(
            Code::Forbidden,
            [("aor", "tina@example.com"), ("status", "403")]
        )
        .message,
        "the company does not accept tina@example.com (403)"
    );
    assert_eq!(
        Error::new(Code::ConfigInvalid, [("count", "1")]).message,
        "the config file has 1 problem"
    );
    assert_eq!(
        Error::new(Code::ConfigInvalid, [("count", "3")]).message,
        "the config file has 3 problems"
    );
    assert_eq!(
        Error::plain(Code::SecretLocked).action,
        Action {
            kind: ActionKind::UnlockKeyring,
            label: "Unlock".into()
        }
    );
}

#[test]
fn is_written_as_the_contract_says() {
    let json = serde_json::to_value(Error::new(Code::PasswordRefused, [("user", "tina")])).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "code": "password_refused", "params": { "user": "tina" }, "whose": "person",
            "message": "the company refused the password for tina",
            "action": { "kind": "enter_password", "label": "Enter password" }
        })
    );
}

#[test]
fn a_code_of_a_newer_engine_is_unknown_and_keeps_its_message() {
    let text = r#"{"code":"moon_phase","params":{},"whose":"bellhop","message":"the moon is new","action":{"kind":"none","label":"–"}}"#;
    let error: Error = serde_json::from_str(text).unwrap();
    assert_eq!(
        (error.code, error.message.as_str()),
        (Code::Unknown, "the moon is new")
    );
}

/// docs/messages.md and the code are one list: `| code | sentence | whose | action |`.
#[test]
fn the_documented_list_is_the_list() {
    let expected: Vec<String> = Code::ALL
        .iter()
        .map(|code| {
            let error = with_all_params(*code);
            format!(
                "| `{code}` | {} | {} | {} |",
                error.message,
                code.whose().as_str(),
                code.action().as_str()
            )
        })
        .collect();
    assert_eq!(
        crate::documented::rows("Errors"),
        expected,
        "docs/messages.md should be:\n{}",
        expected.join("\n")
    );
}

#[test]
fn the_documented_actions_are_the_actions() {
    let kinds = [
        ActionKind::None,
        ActionKind::TryNow,
        ActionKind::EnterPassword,
        ActionKind::UnlockKeyring,
        ActionKind::OpenBrowser,
        ActionKind::CopyReport,
        ActionKind::SetUpPhone,
        ActionKind::Resume,
    ];
    let expected = kinds.map(|kind| {
        let action = Action::of(kind);
        format!("| `{}` | {} |", kind.as_str(), action.label)
    });
    // The last column is the command line's.
    let documented = crate::documented::rows("Actions");
    let documented: Vec<String> = documented
        .iter()
        .filter_map(|row| {
            row.splitn(4, '|')
                .nth(3)
                .and_then(|rest| row.strip_suffix(rest))
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(documented, expected);
}

/// A sentence alone tells which code it is: scripts and trials read it from stderr.
#[test]
fn no_two_codes_share_a_sentence() {
    let mut sentences: Vec<String> = Code::ALL
        .iter()
        .map(|code| with_all_params(*code).message)
        .collect();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), Code::ALL.len());
}
