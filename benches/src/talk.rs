//! The two ends of each conversation, over any stream of either world.
//!
//! They do what the ends in `peers/workloads` do, which are asynchronous: the same messages, the same checks. Each end is
//! told how much there will be.

use std::io::{Read, Result, Write};

/// Bytes in a ping, and in its echo.
pub const MESSAGE_BYTES: usize = 64;
/// Bytes in one write of the bulk workload.
pub const BLOCK_BYTES: usize = 64 * 1024;

/// Client end of the ping-pong: sends `echoes` messages, each after the echo of the one before.
///
/// # Errors
/// Those of the stream.
///
/// # Panics
/// If an echo is not what was sent.
pub fn ask<S: Read + Write>(mut stream: S, echoes: u64) -> Result<()> {
    let mut question = [0x5a; MESSAGE_BYTES];
    let mut echo = [0; MESSAGE_BYTES];
    for number in 0..echoes {
        // Each message differs, so that a stale or doubled echo cannot pass for a fresh one.
        question[..8].copy_from_slice(&number.to_le_bytes());
        stream.write_all(&question)?;
        stream.read_exact(&mut echo)?;
        assert_eq!(question, echo, "echo {number} is not what was sent");
    }
    Ok(())
}

/// Server end of the ping-pong: returns `echoes` messages to their sender.
///
/// # Errors
/// Those of the stream.
pub fn answer<S: Read + Write>(mut stream: S, echoes: u64) -> Result<()> {
    let mut message = [0; MESSAGE_BYTES];
    for _ in 0..echoes {
        stream.read_exact(&mut message)?;
        stream.write_all(&message)?;
    }
    Ok(())
}

/// Sending end of the bulk transfer: `blocks` writes of 64 KiB, then waits for the receiver's one-byte receipt.
///
/// # Errors
/// Those of the stream.
///
/// # Panics
/// If the receipt is something else.
pub fn send_blocks<S: Read + Write>(mut stream: S, blocks: u64) -> Result<()> {
    let block: Vec<u8> = (0..BLOCK_BYTES as u64).map(pattern_at).collect();
    for _ in 0..blocks {
        stream.write_all(&block)?;
    }
    let mut receipt = [0];
    stream.read_exact(&mut receipt)?;
    assert_eq!(receipt, [RECEIPT]);
    Ok(())
}

/// Receiving end of the bulk transfer: reads `blocks` × 64 KiB, however the stream cuts them up, and sends a receipt.
///
/// # Errors
/// Those of the stream.
///
/// # Panics
/// If what comes is not what was sent, or ends early.
pub fn receive_blocks<S: Read + Write>(mut stream: S, blocks: u64) -> Result<()> {
    let mut buffer = vec![0; BLOCK_BYTES];
    let expected = blocks * BLOCK_BYTES as u64;
    let mut received = 0;
    while received < expected {
        let count = stream.read(&mut buffer)?;
        assert!(count > 0, "end of stream after {received} of {expected}");
        // Both ends of every read are checked: enough to notice a lost or doubled piece, at no visible cost.
        assert_eq!(buffer[0], pattern_at(received));
        received += count as u64;
        assert_eq!(buffer[count - 1], pattern_at(received - 1));
    }
    assert_eq!(received, expected);
    stream.write_all(&[RECEIPT])
}

const RECEIPT: u8 = 0x06;

/// The byte at a position of the stream, which repeats one block. 251 is prime, so a piece that slipped by any usual size
/// does not fit.
fn pattern_at(position: u64) -> u8 {
    (position % BLOCK_BYTES as u64 % 251) as u8
}
