//! A run as a capture: read back by another parser, and judged by Wireshark's.

use std::{fs, process::Command, time::Duration};

use pcap_parser::{Block, PcapBlockOwned, PcapError, PcapNGReader, traits::PcapReaderIterator as _};
use wavetank_api::{Host as _, UdpSocket};
use wavetank_sim::{DropReason, Report, Sim, check};

use crate::support::{echo_client, echo_server, ms};

/// A capture as another parser reads it.
#[derive(Default, Debug)]
pub(crate) struct Capture {
    interfaces: Vec<String>,
    pub(crate) packets: Vec<Packet>,
}

#[derive(Debug)]
pub(crate) struct Packet {
    interface: String,
    nanos: u64,
    pub(crate) out: bool,
    comment: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

const OPT_COMMENT: u16 = 1;
const EPB_FLAGS: u16 = 2;
const IF_TSRESOL: u16 = 9;

pub(crate) fn read(bytes: &[u8]) -> Capture {
    let mut reader = PcapNGReader::new(1 << 20, bytes).unwrap();
    let mut capture = Capture::default();
    loop {
        let (consumed, block) = match reader.next() {
            Ok(next) => next,
            Err(PcapError::Eof) => return capture,
            Err(PcapError::Incomplete(_)) => {
                reader.refill().unwrap();
                continue;
            }
            Err(error) => panic!("{error:?}"),
        };
        match block {
            PcapBlockOwned::NG(Block::SectionHeader(header)) => {
                assert_eq!((header.major_version, header.minor_version), (1, 0));
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                // LINKTYPE_RAW, nanoseconds.
                assert_eq!(interface.linktype.0, 101);
                let resolution = interface.options.iter().find(|option| option.code.0 == IF_TSRESOL).unwrap();
                assert_eq!(resolution.value[0], 9);
                capture.interfaces.push(interface.if_name().unwrap().unwrap().to_owned());
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                assert_eq!(packet.caplen, packet.origlen);
                let option = |code| packet.options.iter().find(|option| option.code.0 == code);
                let comment =
                    option(OPT_COMMENT).map(|option| String::from_utf8(option.as_bytes().unwrap().to_vec()).unwrap());
                capture.packets.push(Packet {
                    interface: capture.interfaces[packet.if_id as usize].clone(),
                    nanos: u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low),
                    out: option(EPB_FLAGS).unwrap().value[0] & 3 == 2,
                    comment,
                    bytes: packet.data[..packet.caplen as usize].to_vec(),
                });
            }
            _ => panic!("an unexpected block"),
        }
        reader.consume(consumed);
    }
}

/// Two machines echo to each other over a link that loses packets.
pub(crate) fn lossy(seed: u64, len: usize) -> Report {
    let sim = Sim::traced(seed);
    let (server, client) = (sim.host("server"), sim.host("client"));
    sim.link(&server, &client).latency(ms(20)).loss(3, 100);
    server.serve(echo_server);
    client.run(move |host| echo_client(host, len));
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
    report
}

#[test]
fn every_packet_of_the_world_is_there_once() {
    let report = lossy(1, 300_000);
    let capture = read(&report.trace().pcap());
    assert_eq!(capture.interfaces, ["server", "client"]);
    assert_eq!(capture.packets.len() as u64, report.packets());
    assert!(capture.packets.is_sorted_by_key(|packet| packet.nanos));
    assert!(capture.packets.iter().all(|packet| packet.out));
    let lost = capture.packets.iter().filter(|packet| packet.comment.as_deref() == Some("dropped: loss")).count();
    assert_eq!(lost as u64, report.dropped(DropReason::Loss));
    assert!(lost > 3);
}

#[test]
fn one_host_sees_what_it_sent_and_what_reached_it() {
    let report = lossy(2, 100_000);
    let all = read(&report.trace().pcap());
    for host in ["server", "client"] {
        let seen = read(&report.trace().pcap_at(host).unwrap());
        assert!(seen.packets.is_sorted_by_key(|packet| packet.nanos));
        assert!(seen.packets.iter().all(|packet| packet.interface == host));
        let out = seen.packets.iter().filter(|packet| packet.out).map(|packet| (packet.nanos, &packet.bytes));
        assert!(out.eq(
            all.packets.iter().filter(|packet| packet.interface == host).map(|packet| (packet.nanos, &packet.bytes))
        ));
        // Each 20 ms after it was sent; what was lost is not there, and what the run's end caught on its way.
        let arrived =
            seen.packets.iter().filter(|packet| !packet.out).map(|packet| (packet.nanos - 20_000_000, &packet.bytes));
        let sent = all.packets.iter().filter(|packet| packet.interface != host && packet.comment.is_none());
        let sent: Vec<_> = sent.map(|packet| (packet.nanos, &packet.bytes)).collect();
        let arrived: Vec<_> = arrived.collect();
        assert!(sent.starts_with(&arrived) && sent.len() - arrived.len() < 5);
    }
    assert_eq!(report.trace().pcap_at("nobody"), None);
}

/// What a host could not take had been sent, and is there once too; so is loopback.
#[test]
fn a_comment_stands_at_the_packet_it_is_about() {
    let sim = Sim::traced(1);
    let tun = sim.tun("tun0", &["192.0.2.0/24"]);
    let (server, client) = (sim.host("server"), sim.host("client"));
    sim.partition(&[&server], &[&client], ms(100), ms(10));
    server.serve(|host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:7")?;
        host.sleep(Duration::from_secs(3600));
        drop(socket);
        Ok(())
    });
    client.run(move |host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:0")?;
        for _ in 0..40 {
            socket.send_to(&[7; 20_000], ("server", 7))?;
        }
        host.sleep(Duration::from_micros(99_500));
        // Under way when the partition begins, and sent while it lasts.
        socket.send_to(b"cut", ("server", 7))?;
        host.sleep(ms(5));
        socket.send_to(b"cut", ("server", 7))?;
        socket.send_to(b"me", ("127.0.0.1", socket.local_addr()?.port()))?;
        for _ in 0..501 {
            socket.send_to(b"out", "192.0.2.1:1")?;
        }
        drop(tun);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
    let capture = read(&report.trace().pcap());
    assert_eq!(capture.interfaces, ["server", "client", "tun0"]);
    assert_eq!(capture.packets.len() as u64, report.packets());
    let commented = |comment: &str| {
        capture.packets.iter().filter(|packet| packet.comment.as_deref() == Some(comment)).count() as u64
    };
    assert!(report.dropped(DropReason::BufferFull) > 5);
    assert_eq!(commented("dropped: buffer full"), report.dropped(DropReason::BufferFull));
    assert_eq!(commented("dropped: partition"), 2);
    assert_eq!(commented("dropped: queue full"), 1);
    assert!(capture.packets.last().unwrap().comment.as_deref() == Some("dropped: queue full"));
    let at_tun = read(&report.trace().pcap_at("tun0").unwrap());
    assert_eq!(at_tun.packets.iter().filter(|packet| !packet.out).count(), 501);
}

#[test]
fn without_a_trace_there_is_nothing_to_write() {
    let sim = Sim::new(1);
    sim.host("one").run(|_| Ok(()));
    let refused = sim.run().write_pcap("/nonexistent").unwrap_err();
    assert!(refused.to_string().contains("Sim::traced"), "{refused}");
}

/// Run by [`check_captures_what_failed`] alone, with its own environment.
#[test]
fn half_of_check_captures() {
    if std::env::var_os("WAVETANK_PCAP").is_some() {
        check(|sim| {
            let seed = sim.seed();
            let (server, client) = (sim.host("server"), sim.host("client"));
            sim.link(&server, &client).latency(ms(1));
            server.serve(echo_server);
            client.run(move |host| {
                echo_client(host, 100)?;
                assert!(seed < 3, "seed {seed} is too large");
                Ok(())
            });
        });
    }
}

#[test]
fn check_captures_what_failed() {
    let folder = std::env::temp_dir().join(format!("wavetank-captures-{}", std::process::id()));
    for (seeds, captured) in [("3", 0), ("9", 3)] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "pcap::half_of_check_captures"])
            .env("WAVETANK_PCAP", &folder)
            .env("WAVETANK_SEEDS", seeds)
            .output()
            .unwrap();
        assert_eq!(output.status.success(), captured == 0);
        let path = folder.join(format!("pcap.half_of_check_captures-seed-{captured}.pcapng"));
        let capture = read(&fs::read(&path).unwrap());
        assert_eq!(capture.interfaces, ["server", "client"]);
        assert!(capture.packets.len() > 5);
    }
    fs::remove_dir_all(&folder).unwrap();
}
