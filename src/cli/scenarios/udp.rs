//! Datagrams, of which a fifth is lost: a client that asks again until it is answered, and is not confused by late answers.

use super::{super::Knobs, bytes};
use crate::{Addr, Family, Host, Result, SockType, Socket, ToAddrs as _, UdpSocket, ms, sim::Sim};

const PORT: u16 = 53;
const QUESTIONS: u64 = 50;
/// With half of the datagrams lost, three of four tries fail: two hundred in a row never do.
const TRIES: u32 = 200;
const LEN_MAX: usize = 1200;

pub(super) fn build(sim: &Sim, knobs: &Knobs) {
    let (server, client) = (sim.host("server"), sim.host("client"));
    knobs.on(sim.link(&server, &client).latency(ms(5)..=ms(150)).loss(1, 5).overtaking(true));
    let seed = sim.seed();
    server.serve(move |host| answer(host, seed));
    client.run(move |host| ask(host, seed));
}

fn answer<H: Host>(host: &H, seed: u64) -> Result<()> {
    let socket = UdpSocket::bind(host, ("0.0.0.0", PORT))?;
    let mut question = [0; 8];
    loop {
        let (len, asker) = socket.recv_from(&mut question)?;
        assert_eq!(len, question.len(), "a question was cut, or joined with another");
        let number = u64::from_le_bytes(question);
        socket.send_to(&said(seed, number), asker)?;
    }
}

fn ask<H: Host>(host: &H, seed: u64) -> Result<()> {
    let server = ("server", PORT).to_addrs(host)?.into_iter().find(|addr| addr.family() == Family::INET);
    let server = server.unwrap_or(Addr::Unspec);
    let socket = Socket::new(host, Family::INET, SockType::DGRAM)?;
    socket.settimeout(Some(ms(200)))?;
    for number in 0..QUESTIONS {
        let tried = (1..=TRIES).find_map(|_| try_once(&socket, &server, seed, number).transpose());
        tried.unwrap_or_else(|| panic!("no answer to question {number} after {TRIES} tries"))?;
    }
    Ok(())
}

/// Asks once; `None` if no answer to this question came in time.
fn try_once<H: Host>(socket: &Socket<H>, server: &Addr, seed: u64, number: u64) -> Result<Option<()>> {
    socket.sendto(&number.to_le_bytes(), server)?;
    let mut buf = [0; LEN_MAX + 8];
    loop {
        match socket.recvfrom(&mut buf) {
            Ok((len, from)) => {
                assert_eq!(&from, server, "an answer from a stranger");
                let answered = buf.first_chunk().map_or(u64::MAX, |first| u64::from_le_bytes(*first));
                assert!(buf[..len] == said(seed, answered), "the answer to question {answered} came changed");
                if answered == number {
                    return Ok(Some(()));
                }
                // The late answer to an earlier try of an earlier question.
                assert!(answered < number, "an answer to question {answered}, which was not asked yet");
            }
            Err(error) if error.is_timeout() => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}

/// The number of the question, and a text of a length that depends on it.
fn said(seed: u64, number: u64) -> Vec<u8> {
    let len = (number as usize).wrapping_mul(97) % LEN_MAX;
    [number.to_le_bytes().to_vec(), bytes(seed, number, len)].concat()
}
