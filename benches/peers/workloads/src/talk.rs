//! The two ends of each conversation, over any stream.
//!
//! Each end is told how much there will be, so nobody waits for an end of stream: madsim never reports one after a
//! half-close, and teardown is measured by `sims`, not here. Every write is flushed, because madsim sends nothing
//! before that; to the others it is a few instructions.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{BLOCK_BYTES, MESSAGE_BYTES};

/// Client end of the ping-pong: sends `echoes` messages, each after the echo of the one before, and checks that every
/// echo is what was sent. Returns how many came back.
pub async fn ask<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, echoes: u64) -> u64 {
    let mut question = [0x5a; MESSAGE_BYTES];
    let mut echo = [0; MESSAGE_BYTES];
    let mut returned = 0;
    for number in 0..echoes {
        // Each message differs, so that a stale or doubled echo cannot pass for a fresh one.
        question[..8].copy_from_slice(&number.to_le_bytes());
        stream.write_all(&question).await.expect("write question");
        stream.flush().await.expect("flush question");
        stream.read_exact(&mut echo).await.expect("read echo");
        assert_eq!(question, echo, "echo {number} is not what was sent");
        returned += 1;
    }
    returned
}

/// Server end of the ping-pong: returns `echoes` messages to their sender.
pub async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, echoes: u64) {
    let mut message = [0; MESSAGE_BYTES];
    for _ in 0..echoes {
        stream.read_exact(&mut message).await.expect("read message");
        stream.write_all(&message).await.expect("write echo");
        stream.flush().await.expect("flush echo");
    }
}

/// Sending end of the bulk transfer: `blocks` writes of 64 KiB, then waits for the receiver's one-byte receipt.
pub async fn send_blocks<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, blocks: u64) {
    let block: Vec<u8> = (0..BLOCK_BYTES).map(pattern).collect();
    for _ in 0..blocks {
        stream.write_all(&block).await.expect("write block");
        stream.flush().await.expect("flush block");
    }
    let mut receipt = [0];
    stream.read_exact(&mut receipt).await.expect("read receipt");
    assert_eq!(receipt, [RECEIPT]);
}

/// Receiving end of the bulk transfer: reads `blocks` × 64 KiB, however the peer cuts them up, and sends a receipt.
/// Returns the bytes received.
pub async fn receive_blocks<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, blocks: u64) -> u64 {
    let mut buffer = vec![0; BLOCK_BYTES];
    let expected = blocks * BLOCK_BYTES as u64;
    let mut received: u64 = 0;
    while received < expected {
        let count = stream.read(&mut buffer).await.expect("read block");
        assert!(count > 0, "end of stream after {received} of {expected}");
        // Both ends of every read are checked: enough to notice a lost or doubled piece, at no visible cost.
        assert_eq!(buffer[0], pattern_at(received));
        received += count as u64;
        assert_eq!(buffer[count - 1], pattern_at(received - 1));
    }
    assert_eq!(received, expected);
    stream.write_all(&[RECEIPT]).await.expect("write receipt");
    stream.flush().await.expect("flush receipt");
    received
}

const RECEIPT: u8 = 0x06;

/// The byte at an offset of a block. 251 is prime, so a piece that slipped by any usual size does not fit.
#[expect(clippy::cast_possible_truncation, reason = "it is below 251")]
fn pattern(offset: usize) -> u8 {
    (offset % 251) as u8
}

/// The byte at a position of the stream, which repeats the block.
#[expect(clippy::cast_possible_truncation, reason = "it is below 64 Ki")]
fn pattern_at(position: u64) -> u8 {
    pattern((position % BLOCK_BYTES as u64) as usize)
}
