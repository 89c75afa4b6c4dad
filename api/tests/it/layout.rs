//! The structures of C that options take: sizes and offsets, against the C compiler and as it once answered.

use std::fs;
use std::path::Path;

use wavetank_api::can::{CanFilter, IsotpFc, IsotpLink, IsotpOptions, J1939Filter};
use wavetank_api::option::{
    GroupReq, GroupSourceReq, Linger, OptValue, PathMtu, Pkt6Info, PktInfo, TcpInfo, Timespec, Timeval, Ucred, layouts,
};

use crate::c::compile_and_run;

/// Those that are written by hand, whose size alone is compared here; their bytes are in the tests of their own.
const BY_HAND: &[(&str, usize)] = &[
    ("can_filter", CanFilter::LEN),
    ("can_isotp_options", <IsotpOptions as OptValue>::LEN),
    ("can_isotp_fc_options", IsotpFc::LEN),
    ("can_isotp_ll_options", IsotpLink::LEN),
    ("j1939_filter", J1939Filter::LEN),
    ("group_req", GroupReq::LEN),
    ("group_source_req", GroupSourceReq::LEN),
    ("ip6_mtuinfo", PathMtu::LEN),
    ("in_pktinfo", PktInfo::LEN),
    ("in6_pktinfo", Pkt6Info::LEN),
    ("ucred", Ucred::LEN),
    ("linger", Linger::LEN),
    ("timeval", Timeval::LEN),
    ("timespec", Timespec::LEN),
];

/// The head of the table. It is written anew by `WAVETANK_RECORD=1 cargo test -p wavetank-api layout`, which then asks the compiler.
const HEAD: &str =
    "# A structure of C, its bytes, and its fields: name@offset+bytes. x86-64, Debian 12's headers and BlueZ's.\n";

/// One line a structure: its name, its size, and each field with offset and size.
fn ours() -> Vec<String> {
    let of_fields = layouts().map(|(name, size, fields)| {
        let fields: String = fields.iter().map(|(field, at, len)| format!(" {field}@{at}+{len}")).collect();
        format!("{name} {size}{fields}")
    });
    of_fields.chain(BY_HAND.iter().map(|(name, size)| format!("{name} {size}"))).collect()
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/constants/structs.txt")
}

#[test]
fn structures_lie_in_memory_as_recorded() {
    if std::env::var_os("WAVETANK_RECORD").is_some() {
        fs::write(path(), format!("{HEAD}{}\n", ours().join("\n"))).expect("the table");
    }
    let recorded = fs::read_to_string(path()).expect("the table");
    let recorded: Vec<&str> = recorded.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(ours(), recorded);
    // `struct tcp_info` of Linux 6.1; older headers have less.
    assert_eq!(TcpInfo::LEN, 232);
}

#[test]
fn structures_lie_in_memory_as_the_compiler_says() {
    const HEADERS: &str = "netinet/in.h linux/types.h linux/can.h linux/can/raw.h linux/can/isotp.h linux/can/j1939.h linux/if_packet.h \
                           linux/tipc.h linux/rds.h linux/mptcp.h linux/net_tstamp.h sys/time.h stddef.h stdio.h";
    const BLUETOOTH: [&str; 9] = [
        "hci_filter",
        "bt_security",
        "bt_power",
        "bt_voice",
        "l2cap_options",
        "l2cap_conninfo",
        "rfcomm_conninfo",
        "sco_options",
        "sco_conninfo",
    ];
    let compare = |name: &str, headers: &str, wanted: &dyn Fn(&str) -> bool| {
        let headers: String = headers.split_whitespace().map(|header| format!("#include <{header}>\n")).collect();
        let wanted: Vec<String> =
            ours().into_iter().filter(|line| wanted(line.split(' ').next().unwrap_or_default())).collect();
        let body: String = wanted.iter().map(|line| question(line)).collect();
        match compile_and_run(name, &format!("#define _GNU_SOURCE\n{headers}"), &body) {
            Ok(answer) => assert_eq!(answer.lines().collect::<Vec<_>>(), wanted),
            Err(reason) => println!("{name}: not compared with the compiler: {reason}"),
        }
    };
    compare("structs", HEADERS, &|name| !BLUETOOTH.contains(&name));
    let headers =
        "bluetooth/bluetooth.h bluetooth/hci.h bluetooth/l2cap.h bluetooth/rfcomm.h bluetooth/sco.h stddef.h stdio.h";
    compare("structs-bluetooth", headers, &|name| BLUETOOTH.contains(&name));
}

/// C that prints the line again, with the compiler's numbers.
fn question(line: &str) -> String {
    let mut parts = line.split(' ');
    let name = parts.next().unwrap_or_default();
    let mut text = format!("    printf(\"{name} %zu\", sizeof(struct {name}));\n");
    for field in parts.skip(1).map(|part| part.split('@').next().unwrap_or_default()) {
        text += &format!(
            "    printf(\" {field}@%zu+%zu\", offsetof(struct {name}, {field}), sizeof(((struct {name} *)0)->{field}));\n"
        );
    }
    text + "    printf(\"\\n\");\n"
}
