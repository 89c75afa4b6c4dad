//! Messages of J1939 that are longer than a frame.

use wavetank_api::{
    Addr, CanAddr, Errno, PollEvents,
    option::{SO_BROADCAST, SO_ERROR},
};

use super::can::{hears, raw_on, sends};
use super::can_j1939::{CAN_J1939, FAR, NEAR, NO_ADDR, TO_ALL, TO_ONE, at, node, receives_from, says, sends_to};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, becomes, fails, same},
};

cases! { can::j1939, needs CAN_J1939:
    long_message apart
        "More than 8 bytes are a transfer: request to send, clear to send, the packets, the end"
        from "SAE J1939-21, 5.10; net/can/j1939/transport.c";
    long_messages_arrive apart
        "Transfers arrive as they were sent: up to 1785 bytes, and more by the extended protocol"
        from "SAE J1939-21, 5.10; ETP of ISO 11783-3; j1939_tp_send";
    long_broadcast apart
        "More than 8 bytes to everybody are announced, and follow 50 ms apart; more than 1785 do not go that way: EDESTADDRREQ"
        from "SAE J1939-21, 5.10.2: BAM; j1939_tp_send";
    nobody_answers apart
        "A transfer that nobody answers ends with EHOSTUNREACH"
        from "j1939_tp_txtimer, J1939_XTP_ABORT_TIMEOUT";
    receiver_aborts apart
        "An abort by the receiver is not heeded, whatever its reason: the transfer ends as if nobody had answered, with EHOSTUNREACH"
        from "SAE J1939-21, 5.10.3.4; j1939_tp_cmd_recv: J1939_TP_CMD_ABORT, seen on 6.1 and 7.3";
}

fn message(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index * 11 + len) as u8).collect()
}

fn long_message<B: Bed>(bed: &B) -> Outcome {
    let (near, far, watch) = (node(bed, NEAR)?, node(bed, FAR)?, raw_on(bed, "vcan0")?);
    sends_to(bed, &near, b"0123456789abcdef", TO_ONE, FAR)?;
    // The interface is not told, unlike with a message of one frame.
    let from = CanAddr::J1939 { ifindex: 0, name: 0, pgn: TO_ONE, addr: NEAR };
    same("from", receives_from(&far, b"0123456789abcdef")?, Addr::Can(from))?;
    // Request to send 16 bytes in 3 packets of group 0x1200; clear to send; the end.
    let rows = [
        (0x18ec_3020, &b"\x10\x10\x00\x03\x03\x00\x12\x00"[..]),
        (0x18ec_2030, b"\x11\x03\x01\xff\xff\x00\x12\x00"),
        (0x18eb_3020, b"\x010123456"),
        (0x18eb_3020, b"\x02789abcd"),
        (0x18eb_3020, b"\x03ef\xff\xff\xff\xff\xff"),
        (0x18ec_2030, b"\x13\x10\x00\x03\xff\x00\x12\x00"),
    ];
    rows.into_iter().try_for_each(|(id, data)| hears(&watch, &says(id, data)))
}

fn long_messages_arrive<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (node(bed, NEAR)?, node(bed, FAR)?);
    for len in [9, 14, 15, 100, 1_785, 1_786, 5_000] {
        for (from, to, addr) in [(&near, &far, FAR), (&far, &near, NEAR)] {
            sends_to(bed, from, &message(len), TO_ONE, addr)?;
            receives_from(to, &message(len))?;
        }
    }
    Ok(())
}

fn long_broadcast<B: Bed>(bed: &B) -> Outcome {
    let (near, far, watch) = (node(bed, NEAR)?, node(bed, FAR)?, raw_on(bed, "vcan0")?);
    for socket in [&near, &far] {
        socket.setsockopt(SO_BROADCAST, true)?;
    }
    let to_all = at(bed, 0, TO_ALL, NO_ADDR)?;
    same("sendto", near.sendto(b"0123456789", &to_all)?, 10)?;
    receives_from(&far, b"0123456789")?;
    hears(&watch, &says(0x18ec_ff20, b"\x20\x0a\x00\x02\xff\xca\xfe\x00"))?;
    hears(&watch, &says(0x18eb_ff20, b"\x010123456"))?;
    hears(&watch, &says(0x18eb_ff20, b"\x02789\xff\xff\xff\xff"))?;
    fails(near.sendto(&message(1_786), &to_all), Errno::EDESTADDRREQ)
}

fn nobody_answers<B: Bed>(bed: &B) -> Outcome {
    let near = node(bed, NEAR)?;
    sends_to(bed, &near, &message(20), TO_ONE, FAR)?;
    becomes(&near, PollEvents::ERR)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, Some(Errno::EHOSTUNREACH))
}

fn receiver_aborts<B: Bed>(bed: &B) -> Outcome {
    // Already in one or more connections; system resources; timeout.
    for reason in [1, 2, 3] {
        let (near, watch) = (node(bed, NEAR)?, raw_on(bed, "vcan0")?);
        sends_to(bed, &near, &message(20), TO_ONE, FAR)?;
        hears(&watch, &says(0x18ec_3020, b"\x10\x14\x00\x03\x03\x00\x12\x00"))?;
        sends(&watch, &says(0x18ec_2030, &[0xff, reason, 0xff, 0xff, 0xff, 0, 0x12, 0]).encode())?;
        becomes(&near, PollEvents::ERR)?;
        same("SO_ERROR", near.getsockopt(SO_ERROR)?, Some(Errno::EHOSTUNREACH))?;
    }
    Ok(())
}
