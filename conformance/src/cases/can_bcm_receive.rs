//! What the broadcast manager tells: frames that change, that are missed, and answers to remote requests.

use std::{io::IoSliceMut, time::Duration};

use wavetank_api::{
    Errno, Host, MsgFlags, RecvMsg,
    can::{BcmFlags, BcmMsg, BcmOp, CanFrame, CanId},
};

use super::{
    can::{frame, hears, hears_nothing, sends},
    can_bcm::{BEAT, CAN_BCM, ID, drained, on_the_bus, tells, told, told_changed, with_frames},
};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, fails, holds, same, takes_between},
};

cases! { can::bcm::receive, needs CAN_BCM:
    by_identifier apart
        "RX_SETUP with RX_FILTER_ID tells every frame with the identifier as RX_CHANGED, and no other"
        from "Documentation/networking/can.rst, 4.2.3; bcm_rx_handler";
    no_frames_is_by_identifier apart
        "RX_SETUP with no frames is the same"
        from "bcm_rx_setup: nframes == 0";
    changes_only apart
        "With a mask only a frame that differs in its bits from the last one is told; the first one always"
        from "Documentation/networking/can.rst, 4.2.3; bcm_rx_cmp_to_index";
    another_length_is_a_change apart
        "RX_CHECK_DLC makes another length a change"
        from "Documentation/networking/can.rst, 4.2.1: RX_CHECK_DLC; bcm_rx_cmp_to_index";
    multiplexed apart
        "With several frames the first is the mask of a multiplexor: each of the others is held against its own last one"
        from "Documentation/networking/can.rst, 4.2.5; bcm_rx_handler";
    missed apart
        "With ival1 RX_TIMEOUT tells, without a frame, that none came for so long; and once only"
        from "Documentation/networking/can.rst, 4.2.4; bcm_rx_timeout_handler";
    first_again_after_a_gap apart
        "RX_ANNOUNCE_RESUME makes the next frame after RX_TIMEOUT a change, though it is as the last one"
        from "Documentation/networking/can.rst, 4.2.1: RX_ANNOUNCE_RESUME";
    not_too_often apart
        "With ival2 changes are told no more often than that, and then the latest"
        from "Documentation/networking/can.rst, 4.2.4; bcm_rx_update_and_send";
    read_a_filter apart
        "RX_READ is answered with RX_STATUS"
        from "Documentation/networking/can.rst, 4.2.1: RX_READ; bcm_read_op";
    answers_remote_requests apart
        "RX_RTR_FRAME answers a remote request with the frame of the task"
        from "Documentation/networking/can.rst, 4.2.1: RX_RTR_FRAME; bcm_rx_handler";
    remote_answer_refused apart
        "RX_RTR_FRAME with another number of frames than one, or for an identifier without CAN_RTR_FLAG: EINVAL"
        from "bcm_rx_setup";
    hears_its_own_frames apart
        "What a socket sends it also hears"
        from "bcm_rx_handler does not look at the sender";
    a_short_buffer apart
        "What does not fit into the buffer is lost, and unlike with other datagrams no MSG_TRUNC tells it"
        from "bcm_recvmsg";
}

fn by_identifier<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    tells(&manager, &BcmMsg { flags: BcmFlags::RX_FILTER_ID, ..BcmMsg::new(BcmOp::RX_SETUP, ID) })?;
    for frame in [frame(0x42, b"a"), frame(0x41, b"b"), frame(0x42, b"a")] {
        sends(&sender, &frame.encode())?;
    }
    sends(&sender, &CanFrame::new(CanId::extended(0x42), b"c").unwrap().encode())?;
    told_changed(&manager, &frame(0x42, b"a"))?;
    told_changed(&manager, &frame(0x42, b"a"))?;
    hears_nothing(bed, &manager)
}

fn no_frames_is_by_identifier<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    tells(&manager, &BcmMsg::new(BcmOp::RX_SETUP, ID))?;
    for _ in 0..2 {
        sends(&sender, &frame(0x42, b"same").encode())?;
        told_changed(&manager, &frame(0x42, b"same"))?;
    }
    Ok(())
}

/// A frame with eight bytes, of which these are the first.
fn bytes(first: &[u8]) -> CanFrame {
    let mut data = [0; 8];
    data[..first.len()].copy_from_slice(first);
    frame(0x42, &data)
}

fn changes_only<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    tells(&manager, &with_frames(BcmOp::RX_SETUP, &[bytes(&[0xf0])]))?;
    for (data, is_change) in [(0x00, true), (0x01, false), (0x0f, false), (0x10, true), (0x1f, false), (0x00, true)] {
        sends(&sender, &bytes(&[data, 7]).encode())?;
        if is_change {
            told_changed(&manager, &bytes(&[data, 7]))?;
        }
    }
    hears_nothing(bed, &manager)
}

fn another_length_is_a_change<B: Bed>(bed: &B) -> Outcome {
    for (flags, expected) in [(BcmFlags::empty(), 1), (BcmFlags::RX_CHECK_DLC, 3)] {
        let (manager, sender) = on_the_bus(bed)?;
        tells(&manager, &BcmMsg { flags, ..with_frames(BcmOp::RX_SETUP, &[bytes(&[0xff])]) })?;
        for data in [&[1, 2][..], &[1, 2, 3], &[1, 2, 3], &[1, 2]] {
            sends(&sender, &frame(0x42, data).encode())?;
        }
        bed.settle();
        same("changes", drained(&manager)?, expected)?;
    }
    Ok(())
}

fn multiplexed<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    // The first byte chooses; of 1 the second byte counts, of 2 the third.
    let masks = [bytes(&[0xff]), bytes(&[1, 0xff]), bytes(&[2, 0, 0xff])];
    tells(&manager, &with_frames(BcmOp::RX_SETUP, &masks))?;
    let rows: [(&[u8], bool); 7] = [
        (&[1, 5, 5], true),
        (&[2, 5, 5], true),
        (&[1, 5, 6], false),
        (&[2, 6, 5], false),
        (&[1, 6, 6], true),
        (&[2, 6, 6], true),
        (&[3, 1, 1], false),
    ];
    for (data, is_change) in rows {
        sends(&sender, &bytes(data).encode())?;
        if is_change {
            told_changed(&manager, &bytes(data))?;
        }
    }
    hears_nothing(bed, &manager)
}

fn missed<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    let flags = BcmFlags::SETTIMER | BcmFlags::RX_FILTER_ID;
    tells(&manager, &BcmMsg { flags, ival1: BEAT, ..BcmMsg::new(BcmOp::RX_SETUP, ID) })?;
    // Before the first frame nothing is missed.
    bed.near().host.sleep(2 * BEAT);
    hears_nothing(bed, &manager)?;
    let missed = takes_between(bed.near().host, BEAT / 2, 20 * BEAT, || {
        sends(&sender, &frame(0x42, b"").encode())?;
        told_changed(&manager, &frame(0x42, b""))?;
        told(&manager)
    })??;
    same("operation", missed.op, BcmOp::RX_TIMEOUT)?;
    same("frames", missed.frames, vec![])?;
    bed.near().host.sleep(2 * BEAT);
    hears_nothing(bed, &manager)
}

fn first_again_after_a_gap<B: Bed>(bed: &B) -> Outcome {
    for (flags, is_told) in [(BcmFlags::empty(), false), (BcmFlags::RX_ANNOUNCE_RESUME, true)] {
        let (manager, sender) = on_the_bus(bed)?;
        let flags = flags | BcmFlags::SETTIMER;
        tells(&manager, &BcmMsg { flags, ival1: BEAT, ..with_frames(BcmOp::RX_SETUP, &[bytes(&[0xff])]) })?;
        sends(&sender, &bytes(&[1]).encode())?;
        told_changed(&manager, &bytes(&[1]))?;
        same("operation", told(&manager)?.op, BcmOp::RX_TIMEOUT)?;
        sends(&sender, &bytes(&[1]).encode())?;
        let next = told(&manager)?;
        same("operation", next.op, if is_told { BcmOp::RX_CHANGED } else { BcmOp::RX_TIMEOUT })?;
    }
    Ok(())
}

fn not_too_often<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    let flags = BcmFlags::SETTIMER;
    tells(&manager, &BcmMsg { flags, ival2: 3 * BEAT, ..with_frames(BcmOp::RX_SETUP, &[bytes(&[0xff])]) })?;
    let told_late = || {
        for data in 1..=9 {
            sends(&sender, &bytes(&[data]).encode())?;
        }
        told_changed(&manager, &bytes(&[1]))?;
        told_changed(&manager, &bytes(&[9]))
    };
    takes_between(bed.near().host, 2 * BEAT, 30 * BEAT, told_late)??;
    hears_nothing(bed, &manager)
}

fn read_a_filter<B: Bed>(bed: &B) -> Outcome {
    let (manager, _sender) = on_the_bus(bed)?;
    let flags = BcmFlags::SETTIMER | BcmFlags::RX_CHECK_DLC;
    let ival1 = Duration::from_secs(100);
    let filter = BcmMsg { flags, ival1, ival2: BEAT, ..with_frames(BcmOp::RX_SETUP, &[bytes(&[0xff, 0x0f])]) };
    tells(&manager, &filter)?;
    tells(&manager, &BcmMsg::new(BcmOp::RX_READ, ID))?;
    same("status", told(&manager)?, BcmMsg { op: BcmOp::RX_STATUS, ..filter })
}

fn answers_remote_requests<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    let request = CanFrame::new(ID.remote(), b"").unwrap();
    let answer = frame(0x42, b"answer");
    let flags = BcmFlags::RX_RTR_FRAME;
    tells(&manager, &BcmMsg { flags, frames: vec![answer], ..BcmMsg::new(BcmOp::RX_SETUP, ID.remote()) })?;
    for _ in 0..2 {
        sends(&sender, &request.encode())?;
        hears(&sender, &answer)?;
    }
    hears_nothing(bed, &manager)
}

fn remote_answer_refused<B: Bed>(bed: &B) -> Outcome {
    let (manager, _sender) = on_the_bus(bed)?;
    let flags = BcmFlags::RX_RTR_FRAME;
    let rows = [(ID.remote(), vec![]), (ID.remote(), vec![frame(1, b""); 2]), (ID, vec![frame(1, b"")])];
    for (id, frames) in rows {
        let message = BcmMsg { flags, frames, ..BcmMsg::new(BcmOp::RX_SETUP, id) };
        fails(manager.send(&message.encode()), Errno::EINVAL)?;
    }
    Ok(())
}

fn hears_its_own_frames<B: Bed>(bed: &B) -> Outcome {
    let (manager, _watch) = on_the_bus(bed)?;
    tells(&manager, &BcmMsg::new(BcmOp::RX_SETUP, ID))?;
    tells(&manager, &with_frames(BcmOp::TX_SEND, &[frame(0x42, b"echo")]))?;
    told_changed(&manager, &frame(0x42, b"echo"))
}

fn a_short_buffer<B: Bed>(bed: &B) -> Outcome {
    let (manager, sender) = on_the_bus(bed)?;
    tells(&manager, &BcmMsg::new(BcmOp::RX_SETUP, ID))?;
    sends(&sender, &frame(0x42, b"lost").encode())?;
    let mut buf = [0; BcmMsg::HEAD_LEN];
    let mut bufs = [IoSliceMut::new(&mut buf)];
    let mut msg = RecvMsg::new(&mut bufs);
    same("count", manager.recvmsg(&mut msg, MsgFlags::empty())?, BcmMsg::HEAD_LEN)?;
    holds("MSG_TRUNC is not told", !msg.flags.contains(MsgFlags::TRUNC))?;
    hears_nothing(bed, &manager)
}
