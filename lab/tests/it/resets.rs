//! Who gets a RST is seen, over either version of IP, on loopback and over a cable.

use std::net::TcpStream;

use wavetank_lab::{End, Namespace, Resets, veth};

use crate::{ip, lab};

#[test]
fn a_closed_port_answers_with_a_reset_to_who_asked() {
    lab(|| {
        let (near, far) = (Namespace::new()?, Namespace::new()?);
        let ends = ["10.0.0.1", "10.0.0.2"].map(|text| [(ip(text), 24)]);
        let end = |namespace, addresses| End { namespace, name: "eth0", addresses };
        veth(end(&near, &ends[0]), end(&far, &ends[1]))?;
        let resets = [Resets::new(&near)?, Resets::new(&far)?];
        for (to, from) in [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("10.0.0.2", "10.0.0.1")] {
            near.run(|| TcpStream::connect((ip(to), 7))).unwrap_err();
            let told = resets[0].take();
            assert_eq!(told.len(), 1, "{told:?}");
            assert_eq!(told[0].0, (ip(to), 7).into(), "from the closed port");
            assert_eq!(told[0].1.ip(), ip(from), "to who asked");
        }
        assert_eq!(resets[1].take(), [], "who sends one does not get it");
        Ok(())
    });
}
