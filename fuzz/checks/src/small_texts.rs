//! Texts to the parsers that are too small for a target of their own: hardware addresses, GUIDs, CAN identifiers, modes of files, digests,
//! `host:port`, the records of a kernel. What is read is written so that it is read as the same.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use wavetank_api::{Addr, FileMode, Guid, HwAddr, ToAddrs, can::CanId};
use wavetank_conformance::surface::Record;
use wavetank_sim::{Digest, Sim};

use super::{Seed, named};

/// Takes the bytes as a text of each kind.
///
/// # Panics
/// If one reads otherwise than it was written.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    reads_back::<HwAddr>(&text);
    reads_back::<Guid>(&text);
    reads_back::<CanId>(&text);
    reads_back::<Digest>(&text);
    if let Ok(mode) = text.parse::<FileMode>() {
        assert_eq!(mode == FileMode::Write || mode == FileMode::ReadWrite, text.contains('w'));
    }
    if let Ok(record) = Record::parse(&text) {
        assert_eq!(Record::parse(&record.to_string()), Ok(record));
    }
    let sim = Sim::new(1);
    sim.host("host").run(move |host| {
        if let Ok(addrs) = text.to_addrs(host) {
            assert!(!addrs.is_empty(), "{text:?} is an address, but of nobody");
            let port = text.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
            for addr in addrs {
                let inet = matches!(addr, Addr::V4(_) | Addr::V6(_));
                assert!(!inet || addr.port() == port, "{text:?} is {addr}");
            }
        }
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

fn reads_back<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    let Ok(value) = text.parse::<T>() else { return };
    let again = value.to_string();
    assert!(again.parse::<T>().is_ok_and(|again| again == value), "{text:?} was written as {again:?}");
}

/// One of each kind, and what is nearly that.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    named(&[
        ("nothing", ""),
        ("hardware", "02:00:00:00:00:01"),
        ("hardware-none", ":"),
        ("hardware-of-32", "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f"),
        ("hardware-of-33", "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f:20"),
        ("hardware-plus", "+2:00:00:00:00:01"),
        ("guid", "e0e16197-dd56-4a10-9195-5ee7a155a838"),
        ("guid-upper", "E0E16197-DD56-4A10-9195-5EE7A155A838"),
        ("guid-short", "e0e16197-dd56-4a10-9195-5ee7a155a83"),
        ("can", "123"),
        ("can-extended", "18da00f1#R"),
        ("can-error", "20000004"),
        ("can-flags", "0xffffffff"),
        ("can-too-high", "800"),
        ("can-plus", "+12"),
        ("mode", "rwb"),
        ("mode-none", "x"),
        ("digest", "0123456789abcdef0123456789abcdef"),
        ("digest-short", "0123456789abcdef"),
        ("host-port", "localhost:80"),
        ("host-port-v6", "[::1]:80"),
        ("host-port-scope", "[fe80::1%1]:80"),
        ("host-port-overflow", "localhost:65536"),
        ("host-port-plus", "localhost:+80"),
        ("host-port-bare-v6", "::1:80"),
        ("host-empty", ":80"),
        ("host-self", "host:0"),
        ("record", "# Linux 6.18, root\npassed stream::peek\nskipped can::raw\nprobe AF_CAN = EAFNOSUPPORT\n"),
        ("record-twice", "# Linux\npassed a\nfailed a\n"),
        ("record-no-answer", "# Linux\nprobe AF_CAN\n"),
        ("record-answer-of-answers", "# Linux\nprobe a = b = c\nprobe  = \n"),
        ("record-carriage-return", "# Linux\r\npassed a\r\npassed a\r\r\n"),
    ])
}
