//! What Wireshark's expert system says of a lossy run: nothing malformed, no bad checksum, and of retransmissions exactly those that
//! were made.
//!
//! Skipped where there is no `tshark` (Debian: `apt-get install tshark`), unless `WAVETANK_TSHARK=required`. To look by hand:
//!
//! ```text
//! wavetank run echo --loss 5% --pcap lossy.pcapng --at client
//! tshark -r lossy.pcapng -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -z expert,note -q
//! ```

use std::{collections::BTreeMap, fs, net::IpAddr, path::Path, process::Command};

use etherparse::{NetSlice, SlicedPacket, TransportSlice};

use crate::pcap::{Packet, lossy, read};

/// Source, sequence number and length of each segment that carries something.
fn segment(packet: &Packet) -> Option<(IpAddr, u32, u32)> {
    let sliced = SlicedPacket::from_ip(&packet.bytes).unwrap();
    let src = match sliced.net? {
        NetSlice::Ipv4(ip) => IpAddr::from(ip.header().source_addr()),
        NetSlice::Ipv6(ip) => IpAddr::from(ip.header().source_addr()),
        NetSlice::Arp(_) => return None,
    };
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { return None };
    let len = tcp.payload().len() as u32 + u32::from(tcp.syn()) + u32::from(tcp.fin());
    Some((src, tcp.sequence_number(), len))
}

/// The numbers, as Wireshark counts, of the frames that the host of the capture sent again: some of their bytes had been sent.
fn sent_again(packets: &[Packet]) -> Vec<u32> {
    // Where each direction has come to, by source: a capture of one connection.
    let mut next: BTreeMap<IpAddr, u32> = BTreeMap::new();
    let mut again = Vec::new();
    for (packet, number) in packets.iter().zip(1..) {
        let Some((src, seq, len)) = segment(packet).filter(|(_, _, len)| *len > 0 && packet.out) else { continue };
        let end = seq.wrapping_add(len);
        let next = next.entry(src).or_insert(seq);
        if (seq.wrapping_sub(*next) as i32) < 0 {
            again.push(number);
        }
        if end.wrapping_sub(*next) as i32 > 0 {
            *next = end;
        }
    }
    again
}

/// What `tshark` says of each frame: of fields that are there or not.
fn tshark(path: &Path, fields: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(path).args(["-n", "-T", "fields", "-E", "separator=|"]);
    for check in ["ip", "tcp", "udp"] {
        command.args(["-o", &format!("{check}.check_checksum:TRUE")]);
    }
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

fn there_is_tshark() -> bool {
    let there = Command::new("tshark").arg("--version").output().is_ok_and(|output| output.status.success());
    let required = std::env::var_os("WAVETANK_TSHARK").is_some_and(|value| value == "required");
    assert!(there || !required, "WAVETANK_TSHARK=required, but there is no tshark");
    if !there {
        println!("skipped: there is no tshark here");
    }
    there
}

const AGAIN: [&str; 4] = [
    "tcp.analysis.retransmission",
    "tcp.analysis.fast_retransmission",
    "tcp.analysis.spurious_retransmission",
    // Its guess for what is sent again less than a round trip after new data (without SACK, after a partial acknowledgement): at the
    // sender's own interface, where nothing can change its order, it is a name for the same.
    "tcp.analysis.out_of_order",
];
/// What it says when segments are missing from a capture.
const MISSING: [&str; 2] = ["tcp.analysis.lost_segment", "tcp.analysis.ack_lost_segment"];

#[test]
fn wireshark_names_the_retransmissions_that_were_made_and_no_others() {
    if !there_is_tshark() {
        return;
    }
    let path = std::env::temp_dir().join(format!("wavetank-{}.pcapng", std::process::id()));
    let (mut made, mut frames, mut guessed) = (0, 0, 0);
    for seed in 0..6 {
        let report = lossy(seed, 200_000);
        for host in ["client", "server"] {
            let bytes = report.trace().pcap_at(host).unwrap();
            fs::write(&path, &bytes).unwrap();
            let packets = read(&bytes).packets;
            let fields =
                [&["_ws.malformed", "ip.checksum.status", "tcp.checksum.status"][..], &AGAIN, &MISSING].concat();
            let said = tshark(&path, &fields);
            assert_eq!(said.len(), packets.len());
            let number = |index: usize| index as u32 + 1;
            let mut named = Vec::new();
            for (index, frame) in said.iter().enumerate() {
                // Status 1 is good.
                assert_eq!(frame[..3], ["", "1", "1"], "frame {} of {host}, seed {seed}", number(index));
                let is = |fields: std::ops::Range<usize>| frame[fields].iter().any(|field| !field.is_empty());
                if packets[index].out {
                    assert!(!is(7..9), "frame {} of {host}, seed {seed}: {frame:?}", number(index));
                    if is(3..7) {
                        guessed += usize::from(!is(3..6));
                        named.push(number(index));
                    }
                }
            }
            assert_eq!(named, sent_again(&packets), "{host}, seed {seed}");
            made += named.len();
            frames += said.len();
        }
    }
    fs::remove_file(&path).unwrap();
    println!(
        "{frames} frames, {made} retransmissions, all named ({guessed} as out of order); 0 malformed, 0 bad checksums"
    );
    assert!(made > 50, "{made}");
}
