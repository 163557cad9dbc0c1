use proptest::prelude::*;

use super::*;
use crate::protocol::{Request, ToEngine};

fn drain(decoder: &mut Decoder) -> Result<Vec<Vec<u8>>, ()> {
    let mut frames = Vec::new();
    loop {
        match decoder.next_frame() {
            Ok(Some(json)) => frames.push(json.to_vec()),
            Ok(None) => return Ok(frames),
            Err(_) => return Err(()),
        }
    }
}

fn prefixed(payload: &[u8]) -> Vec<u8> {
    [
        &u32::try_from(payload.len()).unwrap().to_be_bytes(),
        payload,
    ]
    .concat()
}

proptest! {
    #[test]
    fn never_panics_and_never_keeps_what_it_gave(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..32)) {
        let mut decoder = Decoder::default();
        for chunk in &chunks {
            decoder.push(chunk);
            if drain(&mut decoder).is_err() { break; }
        }
    }

    #[test]
    fn split_reads_equal_whole_reads(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12), cut in 1_usize..40) {
        let stream: Vec<u8> = payloads.iter().flat_map(|payload| prefixed(payload)).collect();
        let mut whole = Decoder::default();
        whole.push(&stream);
        prop_assert_eq!(drain(&mut whole).unwrap(), payloads.clone());
        prop_assert!(whole.is_between_frames());

        let mut split = Decoder::default();
        let mut frames = Vec::new();
        for chunk in stream.chunks(cut) {
            split.push(chunk);
            frames.extend(drain(&mut split).unwrap());
        }
        prop_assert_eq!(frames, payloads);
        prop_assert!(split.is_between_frames());
    }

    #[test]
    fn nonsense_is_refused_without_panic(json in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode::<ToEngine>(&json);
    }
}

#[test]
fn a_frame_over_the_limit_is_refused_at_its_length() {
    let mut decoder = Decoder::default();
    decoder.push(&u32::try_from(MAX_FRAME + 1).unwrap().to_be_bytes());
    assert!(matches!(decoder.next_frame(), Err(FrameError::TooLong(_))));
    assert!(matches!(
        encode(&"x".repeat(MAX_FRAME)),
        Err(FrameError::TooLong(_))
    ));
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!(
        r#"{{"type":"request","id":1,"request":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(matches!(
        decode::<ToEngine>(deep.as_bytes()),
        Err(FrameError::Nonsense(_))
    ));
}

#[tokio::test]
async fn messages_cross_a_pipe_one_byte_at_a_time() {
    let (mut here, there) = tokio::io::duplex(1);
    let sent = ToEngine::Request {
        id: 7,
        request: Request::Status,
    };
    let copy = sent.clone();
    let writer = tokio::spawn(async move {
        write(&mut here, &copy).await.unwrap();
        write(&mut here, &copy).await.unwrap();
    });
    let mut reader = FrameReader::new(there);
    assert_eq!(reader.read::<ToEngine>().await.unwrap(), sent);
    assert_eq!(reader.read::<ToEngine>().await.unwrap(), sent);
    writer.await.unwrap();
    assert!(matches!(
        reader.read::<ToEngine>().await,
        Err(FrameError::Ended)
    ));
}
