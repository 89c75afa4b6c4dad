//! A program's text: exact, and its errors say where and why.

use proptest::{
    prelude::{Strategy, any, prop},
    prop_assert_eq, prop_oneof, proptest,
    test_runner::Config,
};
use wavetank_api::{Addr, UnixAddr, control::ControlBuf, option};
use wavetank_differential::{Call, Place, Port, Program, Programs};

fn there_and_back(program: &Program) {
    let text = program.to_string();
    match text.parse::<Program>() {
        Ok(again) => assert_eq!(again, *program, "{text}"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Numbers as they come, and small ones, of which more have names.
fn number() -> impl Strategy<Value = i32> {
    prop_oneof![any::<i32>(), -1..300_i32, (0..32_u32).prop_map(|bit| 1_i32 << bit)]
}

fn address() -> impl Strategy<Value = Addr> {
    let bytes = prop::collection::vec(any::<u8>(), 0..120);
    prop_oneof![
        bytes.clone().prop_map(|bytes| Addr::from_sockaddr(&bytes)),
        (0..50_u16, bytes.clone())
            .prop_map(|(family, bytes)| Addr::from_sockaddr(&[&family.to_ne_bytes()[..], &bytes].concat())),
        bytes.prop_map(|name| Addr::Unix(UnixAddr::abstract_name(&name[..name.len().min(107)]).expect("it fits"))),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    let port = prop_oneof![
        any::<u16>().prop_map(Port::Number),
        (990..1010_u16).prop_map(Port::Number),
        any::<u8>().prop_map(Port::Of)
    ];
    prop_oneof![
        (any::<std::net::IpAddr>(), port).prop_map(|(ip, port)| Place::Ip(ip, port)),
        any::<u8>().prop_map(Place::Name),
        address().prop_map(Place::Literal),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..24),
        "[a-z0-9_\"\\\\]{0,8}".prop_map(String::into_bytes),
        prop::collection::vec(any::<i32>(), 0..5)
            .prop_map(|ints| ints.into_iter().flat_map(i32::to_ne_bytes).collect()),
    ]
}

/// Control messages, well made or not.
fn control() -> impl Strategy<Value = Vec<u8>> {
    let message = (number(), number(), bytes());
    let messages = prop::collection::vec(message, 0..3).prop_map(|messages| {
        let mut control = ControlBuf::new();
        for (level, kind, data) in messages {
            control.push_raw(level, kind, &data).expect("it fits");
        }
        control.as_bytes().to_vec()
    });
    prop_oneof![messages, prop::collection::vec(any::<u8>(), 0..40)]
}

/// An option by its numbers, most of them with a name.
fn named_option() -> impl Strategy<Value = (i32, i32)> {
    let all: Vec<_> = option::all().map(|(level, name, _)| (level, name)).collect();
    prop_oneof![prop::sample::select(all), (number(), number())]
}

/// Any call with any arguments.
fn call() -> impl Strategy<Value = Call> {
    let slot = any::<u8>;
    prop_oneof![
        (any::<u8>(), slot(), number(), number(), number())
            .prop_map(|(host, into, family, kind, protocol)| Call::Socket { host, into, family, kind, protocol }),
        (any::<u8>(), any::<[u8; 2]>(), number(), number(), number())
            .prop_map(|(host, into, family, kind, protocol)| Call::Socketpair { host, into, family, kind, protocol }),
        (slot(), place()).prop_map(|(slot, addr)| Call::Bind { slot, addr }),
        (slot(), place()).prop_map(|(slot, addr)| Call::Connect { slot, addr }),
        (slot(), number()).prop_map(|(slot, backlog)| Call::Listen { slot, backlog }),
        (slot(), slot()).prop_map(|(slot, into)| Call::Accept { slot, into }),
        (slot(), slot()).prop_map(|(slot, into)| Call::Dup { slot, into }),
        (slot(), any::<u32>(), number(), prop::option::of(place()), control(), any::<Option<u8>>())
            .prop_map(|(slot, len, flags, to, control, carry)| Call::Send { slot, len, flags, to, control, carry }),
        (slot(), any::<u32>(), number(), any::<bool>(), prop_oneof![0..2_u32, any::<u32>()], any::<Option<u8>>())
            .prop_map(|(slot, len, flags, from, control, into)| Call::Recv { slot, len, flags, from, control, into }),
        (slot(), prop_oneof![0..3_u8, any::<u8>()]).prop_map(|(slot, how)| Call::Shutdown { slot, how }),
        (slot(), 0..3_u8).prop_map(|(slot, which)| match which {
            0 => Call::Close { slot },
            1 => Call::Getsockname { slot },
            _ => Call::Getpeername { slot },
        }),
        (slot(), named_option(), bytes()).prop_map(|(slot, (level, name), value)| Call::Setsockopt {
            slot,
            level,
            name,
            value
        }),
        (slot(), named_option(), any::<u16>()).prop_map(|(slot, (level, name), room)| Call::Getsockopt {
            slot,
            level,
            name,
            room
        }),
        (slot(), prop_oneof![any::<u32>(), 0x5400..0x5430_u32, 0x8900..0x8950_u32], number())
            .prop_map(|(slot, request, arg)| Call::Ioctl { slot, request, arg }),
        (slot(), any::<bool>()).prop_map(|(slot, on)| Call::SetNonblocking { slot, on }),
        (slot(), any::<i16>(), any::<bool>()).prop_map(|(slot, events, waits)| Call::Poll { slot, events, waits }),
        any::<u16>().prop_map(|millis| Call::Wait { millis }),
    ]
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    prop::collection::vec(call(), 0..12)
}

proptest! {
    #![proptest_config(Config { cases: 2_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_program_that_is_drawn_comes_back_from_its_text(program in Programs::default()) {
        there_and_back(&program);
    }

    #[test]
    fn so_does_every_other(hosts in any::<u8>(), calls in calls(), threads in prop::collection::vec(calls(), 0..3)) {
        there_and_back(&Program { hosts, calls, threads });
    }

    #[test]
    fn a_call_is_one_line_that_can_be_read_alone(call in call()) {
        let text = call.to_string();
        prop_assert_eq!(text.lines().count(), 1);
        prop_assert_eq!(text.parse::<Call>(), Ok(call));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "([a-z0-9(), =\"@$:+.\\[{|#\\\\-]|socket|send|name|hosts |thread|bind){0,40}") {
        drop(text.parse::<Program>());
    }
}

#[test]
fn every_option_has_its_name_and_the_name_its_number() {
    for (level, name, label) in option::all().filter(|known| option::option_name(known.0, known.1) == Some(known.2)) {
        let call = Call::Getsockopt { slot: 0, level, name, room: 4 };
        let text = call.to_string();
        assert!(text.contains(label), "{text}: {label}");
        assert_eq!(text.parse::<Call>(), Ok(call), "{text}");
    }
}

#[test]
fn what_is_read_needs_not_be_written_as_it_is_printed() {
    let text = "\
# A comment.

hosts 2
+0 a=socket( AF_INET,2 , IPPROTO_UDP )   on host 2  # made
0x0 = accept(0)
";
    let error = text.parse::<Program>().unwrap_err();
    assert_eq!(error.to_string(), "line 5: `0x0` is no socket: write a, b, ...");
    let text = text.replace("0x0 =", "+1.5 3 =");
    let program: Program = text.parse().unwrap();
    let plain = "hosts 2\na = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) on host 2\n+1.500\nd = accept4(a)\n";
    assert_eq!(program.to_string(), plain);
}

#[test]
fn values_look_like_what_they_are() {
    let rows = [
        (vec![1, 0, 0, 0], "1"),
        (vec![255; 4], "-1"),
        ([1_i32.to_ne_bytes(), 0_i32.to_ne_bytes()].concat(), "{1, 0}"),
        (b"reno".to_vec(), "\"reno\""),
        (vec![], "x\"\""),
        (vec![1, 2, 255], "x\"0102ff\""),
    ];
    for (value, text) in rows {
        let call = Call::Setsockopt { slot: 1, level: 6, name: 13, value };
        assert_eq!(call.to_string(), format!("setsockopt(b, IPPROTO_TCP, TCP_CONGESTION, {text})"));
    }
    let mut control = ControlBuf::new();
    control.push_raw(0, 2, &64_i32.to_ne_bytes()).unwrap();
    control.push_raw(1, 1, &[]).unwrap();
    let to = Some(Place::Ip([10, 0, 0, 2].into(), Port::Of(1)));
    let call = Call::Send { slot: 0, len: 3, flags: 0, to, control: control.as_bytes().to_vec(), carry: Some(2) };
    let text =
        "sendmsg(a, 3, 0, to=10.0.0.2:@b, control=[IPPROTO_IP:IP_TTL 64, SOL_SOCKET:SCM_RIGHTS x\"\"], rights=c)";
    assert_eq!(call.to_string(), text);
}

#[test]
fn errors_say_which_line_and_why() {
    let rows = [
        (
            "bind(a, 127.0.0.1)",
            "line 1: `127.0.0.1` is no address: write 127.0.0.1:$0, [::1]:80, 10.0.0.2:@a, name(a), or one in quotes",
        ),
        ("\n\nfork()", "line 3: `fork` is no call that a program can make"),
        ("listen(a)", "line 1: listen has 2 arguments: listen(socket, backlog); here are 1"),
        ("send(a, 1)", "line 1: send has 3 arguments: send(socket, length, flags); here are 2"),
        ("send(a, 1, 0, from)", "line 1: `from` is not known: to=, control= and rights= are"),
        ("sendmsg(a, 1, 0)", "line 1: with these arguments it is send, not sendmsg"),
        ("recv(a, 1, MSG_PEAK)", "line 1: `MSG_PEAK` is no number, and no name of C that is known here"),
        ("recv(a, -1, 0)", "line 1: -1 is too large or too small there"),
        ("socket(AF_INET, SOCK_STREAM, 0)", "line 1: socket makes 1 sockets; here stand 0 before it"),
        ("close(a) on host 2", "line 1: close is called where its socket is: no host can be said"),
        ("close(a) soon", "line 1: `soon` is nothing that can follow a call: write on host 2"),
        ("close a", "line 1: this is no call: write name(arguments), or a = name(arguments)"),
        ("close(a", "line 1: the closing bracket is not there"),
        ("+0.0001", "line 1: `+0.0001` is no time: write +0.060, in seconds, up to +65.535"),
        ("bind(a, \"vsock:2\")", "line 1: \"vsock:2\": not a VSOCK address: write vsock:2:1234"),
        ("bind(a, 127.0.0.1:$4)", "line 1: `$4` is no port: write 80, $0 to $3, or @a"),
    ];
    for (text, error) in rows {
        let said = text.parse::<Program>().unwrap_err().to_string();
        assert!(said.starts_with(error), "{text}\n{said}");
    }
}
