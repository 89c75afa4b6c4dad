//! Control messages, written and read.

use proptest::prelude::*;
use wavetank_api::control::{
    Cmsg, ControlBuf, ControlMessages, IP_PKTINFO, IP_TOS, SCM_CREDENTIALS, cmsg_len, cmsg_space,
};
use wavetank_api::option::{PktInfo, Ucred};

const HEADER: usize = 16;

#[test]
fn lengths_are_those_of_the_macros() {
    // CMSG_LEN and CMSG_SPACE of a 64-bit Linux.
    let rows = [(0, 16, 16), (1, 17, 24), (4, 20, 24), (8, 24, 24), (9, 25, 32), (253 * 4, 1028, 1032)];
    for (data, len, space) in rows {
        assert_eq!((cmsg_len(data).unwrap(), cmsg_space(data).unwrap()), (len, space), "{data}");
    }
}

#[test]
fn a_length_that_no_message_has_is_refused() {
    let most = i32::MAX as usize;
    assert_eq!(cmsg_len(most - HEADER).unwrap(), most);
    for len in [most - HEADER + 1, most, usize::MAX - HEADER, usize::MAX] {
        assert_eq!(cmsg_len(len).unwrap_err().to_string(), "CMSG_LEN: EINVAL (Invalid argument)");
        assert_eq!(cmsg_space(len).unwrap_err().to_string(), "CMSG_SPACE: EINVAL (Invalid argument)");
    }
    // The padding alone would go beyond.
    assert!(cmsg_space(most - HEADER).is_err());
}

#[test]
fn typed_messages_come_back() {
    let (who, info) = (
        Ucred { pid: 1, uid: 2, gid: 3 },
        PktInfo { ifindex: 7, spec_dst: [10, 0, 0, 1].into(), addr: [10, 0, 0, 2].into() },
    );
    let mut control = ControlBuf::new();
    control.push(SCM_CREDENTIALS, who).unwrap().push(IP_PKTINFO, info).unwrap();
    let messages = ControlMessages::new(control.as_bytes());
    assert_eq!(messages.find(SCM_CREDENTIALS), Some(who));
    assert_eq!(messages.find(IP_PKTINFO), Some(info));
    assert_eq!(messages.find(IP_TOS), None);
    assert_eq!(
        format!("{control:?}"),
        "[SCM_CREDENTIALS=010000000200000003000000, IP_PKTINFO=070000000a0000010a000002]"
    );
}

#[test]
fn a_message_that_was_cut_is_given_as_far_as_it_came() {
    let mut control = ControlBuf::new();
    control.push_raw(1, 1, &[7; 12]).unwrap();
    let cut = &control.as_bytes()[..HEADER + 5];
    let messages: Vec<_> = ControlMessages::new(cut).collect();
    assert_eq!(messages, [Cmsg { level: 1, kind: 1, data: &[7; 5] }]);
    // No type can be read from it.
    assert_eq!(ControlMessages::new(cut).find(SCM_CREDENTIALS), None);
}

#[test]
fn an_impossible_length_ends_the_messages() {
    for len in [0_usize, 1, HEADER - 1] {
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&len.to_ne_bytes());
        assert_eq!(ControlMessages::new(&bytes).count(), 0, "{len}");
    }
    let mut bytes = [0; 64];
    bytes[..8].copy_from_slice(&usize::MAX.to_ne_bytes());
    assert_eq!(ControlMessages::new(&bytes).map(|message| message.data.len()).collect::<Vec<_>>(), [48]);
}

proptest! {
    #[test]
    fn what_is_written_is_read(messages in prop::collection::vec((any::<i32>(), any::<i32>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8)) {
        let mut control = ControlBuf::new();
        for (level, kind, data) in &messages {
            control.push_raw(*level, *kind, data).unwrap();
        }
        let space: usize = messages.iter().map(|(.., data)| cmsg_space(data.len()).unwrap()).sum();
        prop_assert_eq!(control.as_bytes().len(), space);
        let read: Vec<_> = ControlMessages::new(control.as_bytes()).map(|Cmsg { level, kind, data }| (level, kind, data.to_vec())).collect();
        prop_assert_eq!(read, messages);
    }

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let data: usize = ControlMessages::new(&bytes).map(|message| message.data.len()).sum();
        prop_assert!(data <= bytes.len());
    }
}
