//! What a raw CAN socket hears: filters, error frames, CAN FD and CAN XL; and how its options are read and written.

use wavetank_api::{
    Errno, Host, Socket, c,
    can::{CanFdFlags, CanFdFrame, CanFilter, CanFrame, CanId},
};

use super::{
    can::{CAN_RAW, Result, bus, frame, hears, hears_nothing, interface_ioctl, raw_on, sends, set_up, socket},
    can_raw::set,
};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, holds, same},
};

cases! { can::raw::options, needs CAN_RAW:
    defaults apart
        "A fresh socket has one filter that everything passes, no error frames, loopback, not its own frames, no CAN FD"
        from "Documentation/networking/can.rst, 4.1.1 to 4.1.6; raw_init";
    one_identifier apart
        "A filter passes the identifiers that match it in the bits of its mask"
        from "Documentation/networking/can.rst, 4.1.1: <received_can_id> & mask == can_id & mask";
    any_of_several apart
        "A frame that passes one of several filters is heard, once, however many it passes"
        from "Documentation/networking/can.rst, 4.1.1; raw_rcv: uniq";
    inverted apart
        "CAN_INV_FILTER passes what does not match"
        from "Documentation/networking/can.rst, 4.1.1; can_rx_register";
    no_filter_at_all apart
        "With no filter nothing is heard, and sending goes on"
        from "Documentation/networking/can.rst, 4.1.1.1";
    all_of_several apart
        "With CAN_RAW_JOIN_FILTERS a frame must pass all of them"
        from "Documentation/networking/can.rst, 4.1.7; raw_rcv: join_rx_count";
    standard_and_extended apart
        "An identifier of 29 bits is another one than that of 11 with the same number, if the mask has CAN_EFF_FLAG"
        from "Documentation/networking/can.rst, 4.1.1; linux/can.h";
    remote_requests_by_filter apart
        "CAN_RTR_FLAG in a mask tells remote requests from data"
        from "linux/can.h; can_rx_register";
    set_before_and_after_bind apart
        "Filters may be set before bind and after; the last ones count, for what comes from then on"
        from "raw_setsockopt CAN_RAW_FILTER";
    read_back apart
        "The filters are read back as they were set; a buffer too small for them: ERANGE"
        from "raw_getsockopt CAN_RAW_FILTER: ERANGE since Linux 5.12";
    filter_lengths apart
        "A length that is no whole number of filters, or more than 512: EINVAL"
        from "raw_setsockopt; CAN_RAW_FILTER_MAX";
    error_frames apart
        "An error frame is heard by who wants its class, and by no filter of identifiers"
        from "Documentation/networking/can.rst, 4.1.2; can_rcv_filter: rx[RX_ERR]";
    error_mask_is_cut apart
        "CAN_RAW_ERR_FILTER keeps 29 bits"
        from "raw_setsockopt: err_mask &= CAN_ERR_MASK";
    fd_frames_have_to_be_asked_for apart
        "Without CAN_RAW_FD_FRAMES no CAN FD frame can be sent (EINVAL) or is heard"
        from "Documentation/networking/can.rst, 4.1.5";
    fd_frames apart
        "With it CAN FD frames pass, marked CANFD_FDF, and classical ones as before: the length tells which"
        from "Documentation/networking/can.rst, 4.1.5; CANFD_FDF since Linux 5.14";
    fd_frame_too_long apart
        "A CAN FD frame that says more than 64 bytes, or a length that is neither kind's: EINVAL"
        from "raw_sendmsg; can_send: CANFD_MAX_DLEN";
    fd_frames_on_a_classical_interface apart
        "An interface with the MTU of classical CAN takes no CAN FD frame: EINVAL"
        from "Documentation/networking/can.rst, 6.6; raw_sendmsg: dev->mtu";
    xl_frames apart
        "CAN_RAW_XL_FRAMES, of Linux 6.1, takes in CAN FD; a frame of CAN XL passes as it is, where the interface has its MTU (else EINVAL)"
        from "raw_setsockopt; raw_sendmsg: dev->mtu";
    values_are_numbers apart
        "Every other option is an int: another length is EINVAL, any number but 0 is 1"
        from "raw_setsockopt; raw_getsockopt";
    short_answers apart
        "getsockopt fills as many bytes of the int as there is room for"
        from "raw_getsockopt: min(len, sizeof(int))";
    unknown_options apart
        "An option that is not there: ENOPROTOOPT; another level: EINVAL to set and to get"
        from "raw_setsockopt, raw_getsockopt: level != SOL_CAN_RAW";
}

fn get<H: Host>(socket: &Socket<H>, option: i32) -> Result<i32> {
    let mut value = [0xee; 4];
    let len = socket.getsockopt_raw(c::SOL_CAN_RAW, option, &mut value)?;
    same("bytes of the option", len, 4)?;
    Ok(i32::from_ne_bytes(value))
}

fn filters<H: Host>(socket: &Socket<H>, filters: &[CanFilter]) -> Outcome {
    Ok(socket.setsockopt_raw(c::SOL_CAN_RAW, c::CAN_RAW_FILTER, &CanFilter::encode(filters))?)
}

fn filters_of<H: Host>(socket: &Socket<H>) -> Result<Vec<CanFilter>> {
    let mut value = [0; 4_096];
    let len = socket.getsockopt_raw(c::SOL_CAN_RAW, c::CAN_RAW_FILTER, &mut value)?;
    Ok(CanFilter::decode(&value[..len]))
}

fn defaults<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    same("CAN_RAW_FILTER", filters_of(&socket)?, vec![CanFilter { id: 0, mask: 0 }])?;
    let rows = [
        ("CAN_RAW_ERR_FILTER", c::CAN_RAW_ERR_FILTER, 0),
        ("CAN_RAW_LOOPBACK", c::CAN_RAW_LOOPBACK, 1),
        ("CAN_RAW_RECV_OWN_MSGS", c::CAN_RAW_RECV_OWN_MSGS, 0),
        ("CAN_RAW_FD_FRAMES", c::CAN_RAW_FD_FRAMES, 0),
        ("CAN_RAW_JOIN_FILTERS", c::CAN_RAW_JOIN_FILTERS, 0),
    ];
    rows.into_iter().try_for_each(|(name, option, expected)| same(name, get(&socket, option)?, expected))
}

/// Which of these frames a socket with these filters hears.
fn heard<B: Bed>(bed: &B, wanted: &[CanFilter], join: bool, ids: &[CanId]) -> Result<Vec<CanId>> {
    let (sender, socket) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    filters(&socket, wanted)?;
    set(&socket, c::CAN_RAW_JOIN_FILTERS, join.into())?;
    for id in ids {
        sends(&sender, &CanFrame::new(*id, b"").unwrap().encode())?;
    }
    bed.settle();
    socket.setblocking(false)?;
    let mut heard = Vec::new();
    loop {
        match socket.recv_vec(CanFrame::LEN) {
            Ok(bytes) => heard.extend(CanFrame::decode(&bytes).map(|frame| frame.id)),
            Err(error) if error == Errno::EAGAIN => return Ok(heard),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Those of 11 bits.
fn ids<const N: usize>(numbers: [u16; N]) -> [CanId; N] {
    numbers.map(CanId::standard)
}

fn one_identifier<B: Bed>(bed: &B) -> Outcome {
    let all = ids([0x123, 0x124, 0x120, 0x12f, 0x000, 0x7ff]);
    let exactly = CanFilter { id: 0x123, mask: 0x7ff };
    same("0x123", heard(bed, &[exactly], false, &all)?, ids([0x123]).to_vec())?;
    let range = CanFilter { id: 0x120, mask: 0x7f0 };
    same("0x12?", heard(bed, &[range], false, &all)?, ids([0x123, 0x124, 0x120, 0x12f]).to_vec())?;
    // Bits of the filter that the mask does not have are of no matter.
    let loose = CanFilter { id: 0x12f, mask: 0x7f0 };
    same("0x12? again", heard(bed, &[loose], false, &all)?.len(), 4)?;
    let zero = CanFilter { id: 0, mask: 0x7ff };
    same("0", heard(bed, &[zero], false, &all)?, ids([0]).to_vec())
}

fn any_of_several<B: Bed>(bed: &B) -> Outcome {
    let wanted = [CanFilter { id: 1, mask: 0x7ff }, CanFilter { id: 2, mask: 0x7ff }, CanFilter { id: 0, mask: 0x700 }];
    same("heard", heard(bed, &wanted, false, &ids([1, 2, 3, 0x100]))?, ids([1, 2, 3]).to_vec())
}

fn inverted<B: Bed>(bed: &B) -> Outcome {
    let not_one = CanFilter { id: 1, mask: 0x7ff }.inverted();
    same("not 1", heard(bed, &[not_one], false, &ids([0, 1, 2]))?, ids([0, 2]).to_vec())?;
    // One is passed by the filter that excludes the other.
    let not_two = CanFilter { id: 2, mask: 0x7ff }.inverted();
    same("not 1 or not 2", heard(bed, &[not_one, not_two], false, &ids([0, 1, 2]))?, ids([0, 1, 2]).to_vec())
}

fn no_filter_at_all<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    filters(&socket, &[])?;
    same("CAN_RAW_FILTER", filters_of(&socket)?, vec![])?;
    sends(&other, &frame(1, b"").encode())?;
    hears_nothing(bed, &socket)?;
    sends(&socket, &frame(2, b"").encode())?;
    hears(&other, &frame(2, b""))
}

fn all_of_several<B: Bed>(bed: &B) -> Outcome {
    let not = |id| CanFilter { id, mask: 0x7ff }.inverted();
    let wanted = [CanFilter { id: 0x100, mask: 0x700 }, not(0x101), not(0x102)];
    same("joined", heard(bed, &wanted, true, &ids([0x100, 0x101, 0x102, 0x103, 1]))?, ids([0x100, 0x103]).to_vec())?;
    let never = [CanFilter { id: 1, mask: 0x7ff }, CanFilter { id: 2, mask: 0x7ff }];
    same("1 and 2", heard(bed, &never, true, &ids([1, 2, 3]))?, vec![])
}

fn standard_and_extended<B: Bed>(bed: &B) -> Outcome {
    let (standard, extended) = (CanId::standard(0x123), CanId::extended(0x123));
    let both = [standard, extended];
    let number = CanFilter { id: 0x123, mask: 0x7ff };
    same("by number", heard(bed, &[number], false, &both)?, both.to_vec())?;
    for id in both {
        same("by identifier", heard(bed, &[CanFilter::exactly(id)], false, &both)?, vec![id])?;
    }
    // An extended one beyond 11 bits that agrees in those.
    let long = CanId::extended(0x1000_0123);
    same("cut to 11 bits", heard(bed, &[number], false, &[long])?, vec![long])
}

fn remote_requests_by_filter<B: Bed>(bed: &B) -> Outcome {
    let (data, request) = (CanId::standard(5), CanId::standard(5).remote());
    let only = |id: u32| CanFilter { id, mask: 0x7ff | CanId::RTR_FLAG };
    same("data", heard(bed, &[only(5)], false, &[data, request])?, vec![data])?;
    same("requests", heard(bed, &[only(5 | CanId::RTR_FLAG)], false, &[data, request])?, vec![request])
}

fn set_before_and_after_bind<B: Bed>(bed: &B) -> Outcome {
    let (sender, socket) = (raw_on(bed, "vcan0")?, socket(bed, &CAN_RAW)?);
    filters(&socket, &[CanFilter { id: 1, mask: 0x7ff }])?;
    socket.bind(&bus(bed, "vcan0")?)?;
    for id in [1, 2] {
        sends(&sender, &frame(id, b"").encode())?;
    }
    filters(&socket, &[CanFilter { id: 2, mask: 0x7ff }])?;
    for id in [1, 2] {
        sends(&sender, &frame(id, b"later").encode())?;
    }
    // What was heard under the old filter stays.
    hears(&socket, &frame(1, b""))?;
    hears(&socket, &frame(2, b"later"))?;
    hears_nothing(bed, &socket)
}

fn read_back<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    let wanted =
        [CanFilter { id: 1, mask: 2 }, CanFilter { id: u32::MAX, mask: u32::MAX }, CanFilter { id: 0, mask: 0 }];
    filters(&socket, &wanted)?;
    same("CAN_RAW_FILTER", filters_of(&socket)?, wanted.to_vec())?;
    for len in [0, 7, 8, 23] {
        fails(socket.getsockopt_raw(c::SOL_CAN_RAW, c::CAN_RAW_FILTER, &mut vec![0; len]), Errno::ERANGE)?;
    }
    Ok(())
}

fn filter_lengths<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    let set = |len: usize| socket.setsockopt_raw(c::SOL_CAN_RAW, c::CAN_RAW_FILTER, &vec![0; len]);
    for len in [1, 4, 7, 9, 15, 513 * 8] {
        fails(set(len), Errno::EINVAL)?;
    }
    set(512 * 8)?;
    same("filters", filters_of(&socket)?.len(), 512)?;
    set(8)?;
    same("filters", filters_of(&socket)?.len(), 1)
}

fn error_frames<B: Bed>(bed: &B) -> Outcome {
    let sender = raw_on(bed, "vcan0")?;
    let (every, bus_off, none) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    set(&every, c::CAN_RAW_ERR_FILTER, c::CAN_ERR_MASK as i32)?;
    set(&bus_off, c::CAN_RAW_ERR_FILTER, c::CAN_ERR_BUSOFF as i32)?;
    let error = |class: u32| CanFrame::new(CanId(class | CanId::ERR_FLAG), &[0; 8]).unwrap();
    for class in [c::CAN_ERR_ACK, c::CAN_ERR_BUSOFF] {
        sends(&sender, &error(class).encode())?;
        hears(&every, &error(class))?;
    }
    hears(&bus_off, &error(c::CAN_ERR_BUSOFF))?;
    hears_nothing(bed, &bus_off)?;
    hears_nothing(bed, &none)
}

fn error_mask_is_cut<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    set(&socket, c::CAN_RAW_ERR_FILTER, -1)?;
    same("CAN_RAW_ERR_FILTER", get(&socket, c::CAN_RAW_ERR_FILTER)?, 0x1fff_ffff)
}

fn fd(flags: CanFdFlags, data: &[u8]) -> CanFdFrame {
    CanFdFrame::new(CanId::standard(0x77), flags, data).expect("64 bytes at most")
}

fn fd_frames_have_to_be_asked_for<B: Bed>(bed: &B) -> Outcome {
    let (sender, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    let long = fd(CanFdFlags::empty(), &[7; 64]).encode();
    fails(sender.send(&long), Errno::EINVAL)?;
    set(&sender, c::CAN_RAW_FD_FRAMES, 1)?;
    sends(&sender, &long)?;
    hears_nothing(bed, &other)
}

fn fd_frames<B: Bed>(bed: &B) -> Outcome {
    let (sender, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    for socket in [&sender, &other] {
        set(socket, c::CAN_RAW_FD_FRAMES, 1)?;
    }
    for (flags, data) in [(CanFdFlags::BRS, &[7; 64][..]), (CanFdFlags::empty(), &[1, 2, 3]), (CanFdFlags::ESI, &[])] {
        sends(&sender, &fd(flags, data).encode())?;
        let got = CanFdFrame::decode(&other.recv_vec(128)?).ok_or_else(|| Stop::failed("no CAN FD frame came"))?;
        same("frame", got, fd(flags | CanFdFlags::FDF, data))?;
    }
    sends(&sender, &frame(1, b"classic").encode())?;
    hears(&other, &frame(1, b"classic"))
}

fn fd_frame_too_long<B: Bed>(bed: &B) -> Outcome {
    let socket = raw_on(bed, "vcan0")?;
    set(&socket, c::CAN_RAW_FD_FRAMES, 1)?;
    for len in [65, 255] {
        fails(socket.send(&CanFdFrame { len, ..fd(CanFdFlags::empty(), b"") }.encode()), Errno::EINVAL)?;
    }
    for len in [0, 8, 15, 17, 71, 73, 2_048] {
        fails(socket.send(&vec![0; len]), Errno::EINVAL)?;
    }
    Ok(())
}

fn fd_frames_on_a_classical_interface<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    set(&socket, c::CAN_RAW_FD_FRAMES, 1)?;
    let set_mtu = |mtu| interface_ioctl(&other, libc::SIOCSIFMTU, "vcan0", mtu);
    // `vcan_change_mtu`: only while it is down, and only one of these.
    holds("the MTU is not changed while the interface is up", set_mtu(16).is_err())?;
    set_up(&other, "vcan0", false)?;
    holds("17 is no MTU of CAN", set_mtu(17).is_err())?;
    set_mtu(16)?;
    set_up(&other, "vcan0", true)?;
    for socket in [&socket, &other] {
        fails(socket.recv(&mut [0; 16]), Errno::ENETDOWN)?;
    }
    fails(socket.send(&fd(CanFdFlags::empty(), &[1; 20]).encode()), Errno::EINVAL)?;
    sends(&socket, &frame(1, b"").encode())?;
    hears(&other, &frame(1, b""))
}

fn xl_frames<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    set(&socket, c::CAN_RAW_XL_FRAMES, 1)?;
    same("CAN_RAW_XL_FRAMES", get(&socket, c::CAN_RAW_XL_FRAMES)?, 1)?;
    same("CAN_RAW_FD_FRAMES", get(&socket, c::CAN_RAW_FD_FRAMES)?, 1)?;
    set(&other, c::CAN_RAW_XL_FRAMES, 1)?;
    // struct canxl_frame: priority, flags, SDT, length, acceptance, data.
    let xl = [&0x123_u32.to_ne_bytes()[..], &[c::CANXL_XLF as u8, 0], &4_u16.to_ne_bytes(), &[0; 4], b"long"].concat();
    if interface_ioctl(&socket, libc::SIOCGIFMTU, "vcan0", 0)? < c::CANXL_MTU {
        fails(socket.send(&xl), Errno::EINVAL)?;
    } else {
        sends(&socket, &xl)?;
        same("CAN XL", other.recv_vec(3_000)?, xl)?;
    }
    let fd = fd(CanFdFlags::FDF, b"fd");
    sends(&socket, &fd.encode())?;
    same("CAN FD", CanFdFrame::decode(&other.recv_vec(3_000)?), Some(fd))
}

fn values_are_numbers<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    let options = [
        c::CAN_RAW_ERR_FILTER,
        c::CAN_RAW_LOOPBACK,
        c::CAN_RAW_RECV_OWN_MSGS,
        c::CAN_RAW_FD_FRAMES,
        c::CAN_RAW_JOIN_FILTERS,
    ];
    for option in options {
        for len in [0, 1, 3, 5, 8] {
            fails(socket.setsockopt_raw(c::SOL_CAN_RAW, option, &vec![1; len]), Errno::EINVAL)?;
        }
        set(&socket, option, 1)?;
        same("set", get(&socket, option)?, 1)?;
        set(&socket, option, 0)?;
        same("unset", get(&socket, option)?, 0)?;
    }
    Ok(())
}

fn short_answers<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    for (room, expected) in [(0, 0), (1, 1), (3, 3), (4, 4), (9, 4)] {
        let mut value = vec![0xee; room];
        let len = socket.getsockopt_raw(c::SOL_CAN_RAW, c::CAN_RAW_LOOPBACK, &mut value)?;
        same("bytes", len, expected)?;
        holds("the rest is left as it was", value[len..].iter().all(|byte| *byte == 0xee))?;
    }
    Ok(())
}

fn unknown_options<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    for option in [0, 99, -1] {
        fails(socket.setsockopt_raw(c::SOL_CAN_RAW, option, &[0; 4]), Errno::ENOPROTOOPT)?;
        fails(socket.getsockopt_raw(c::SOL_CAN_RAW, option, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    }
    // SOL_CAN_BASE + CAN_BCM, IPPROTO_TCP.
    for level in [c::SOL_CAN_RAW + 1, 6] {
        fails(socket.setsockopt_raw(level, c::CAN_RAW_LOOPBACK, &[0; 4]), Errno::EINVAL)?;
        fails(socket.getsockopt_raw(level, c::CAN_RAW_LOOPBACK, &mut [0; 4]), Errno::EINVAL)?;
    }
    Ok(())
}
