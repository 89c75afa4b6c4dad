//! The scenarios of the command `wavetank`. Each is a program for two or more machines that checks what it shows.

mod echo;
mod partition;
mod timewait;
mod udp;
mod websocket;

use super::Scenario;
use crate::{Net, Result, TcpStream, secs};

/// All of them.
pub const ALL: &[Scenario] = &[
    Scenario::new("echo", "TCP echo of texts of random length; 2% of the packets are lost", echo::build),
    Scenario::new(
        "websocket",
        "a WebSocket chat (tungstenite) through loss and a network partition, byte-exact",
        websocket::build,
    ),
    Scenario::new("udp", "questions and answers in datagrams, asked again until answered; 20% are lost", udp::build),
    Scenario::new(
        "timewait",
        "a server that restarts: EADDRINUSE for 60 s, unless it sets SO_REUSEADDR",
        timewait::build,
    ),
    Scenario::new(
        "partition",
        "a connection outlives half a minute without a network; a new one times out",
        partition::build,
    ),
];

/// Reads until the other side has closed; how much came.
///
/// A side that has closed and has no program any more gives up its goodbye when eight tries were lost
/// (`tcp_orphan_retries`): then this side hears nothing, for ever. Ten minutes of silence are taken for the end.
fn read_to_end<N: Net>(stream: &TcpStream<N>) -> Result<usize> {
    stream.socket().settimeout(Some(secs(600)))?;
    let mut total = 0;
    loop {
        match stream.socket().recv(&mut [0; 1024]) {
            Ok(0) => return Ok(total),
            Ok(count) => total += count,
            Err(error) if error.is_timeout() => return Ok(total),
            Err(error) => return Err(error),
        }
    }
}

/// Bytes that follow from two numbers, the same on every machine: both ends of a conversation can tell what they should hear.
fn bytes(seed: u64, number: u64, len: usize) -> Vec<u8> {
    let mut state = mixed(seed) ^ number;
    let words = std::iter::repeat_with(|| {
        state = mixed(state);
        state.to_le_bytes()
    });
    words.flatten().take(len).collect()
}

/// The output function of SplitMix64.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
