//! [`RealTank`]: two fresh network namespaces of this machine, and a cable between them.

use std::{
    cell::Cell,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::Duration,
};

use wavetank_lab::{End, Namespace, Resets, Result, veth_numbered};
use wavetank_real::Machine;

use crate::{Log, Port, Program, execute, execute::Tank};

/// Two namespaces. They belong to the thread that made them, which stays in them.
#[derive(Debug)]
pub struct RealTank {
    machine: Machine,
    spaces: [Namespace; 2],
    resets: [Resets; 2],
    /// In which of them this thread is.
    here: Cell<Option<u8>>,
    next_port: Cell<u16>,
    /// What is waited after each call: nothing, because loopback and veth deliver before a call returns, unless a core is overworked.
    patience: Cell<Duration>,
}

/// Where the ports of programs begin and end: above what only root may, below the ephemeral ones.
const PORTS: (u16, u16) = (1_100, 32_700);

/// What both namespaces are told: the simulator's own settings where they are not Linux's, and no limits that programs before have
/// used up.
pub(crate) const SYSCTLS: [(&str, &str); 10] = [
    // Room for a few of the largest writes: how much of one that fills the buffer is taken is a matter of how many ACKs come meanwhile.
    ("net.ipv4.tcp_wmem", "4096 262144 4194304"),
    // The receive buffer would be tuned by how long round trips take in real time.
    ("net.ipv4.tcp_moderate_rcvbuf", "0"),
    // What was learnt of a peer by programs before.
    ("net.ipv4.tcp_no_metrics_save", "1"),
    // An ICMP error for every packet, not so many a second.
    ("net.ipv4.icmp_ratemask", "0"),
    ("net.ipv6.icmp.ratelimit", "0"),
    // The machine's own choice may be another, and a namespace may choose no other than this.
    ("net.ipv4.tcp_congestion_control", "reno"),
    // Linux 6.1's.
    ("net.ipv4.tcp_syn_linear_timeouts", "0"),
    ("net.ipv4.tcp_max_tw_buckets", "200000"),
    ("net.ipv4.tcp_max_orphans", "200000"),
    // What it was before Linux 6.18.
    ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
];

fn addresses(host: u16) -> [(IpAddr, u8); 2] {
    [(Ipv4Addr::new(10, 0, 0, host as u8).into(), 24), (Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, host).into(), 64)]
}

impl RealTank {
    /// Two fresh ones.
    ///
    /// # Errors
    ///
    /// [`is_not_allowed`](wavetank_lab::Error::is_not_allowed) without root.
    pub fn new() -> Result<Self> {
        let spaces = [Namespace::new()?, Namespace::new()?];
        let ends = [addresses(1), addresses(2)];
        // The simulator's eth0 has this number, and programs see it in control messages.
        const ETH0: u32 = 2;
        veth_numbered(
            End { namespace: &spaces[0], name: "eth0", addresses: &ends[0] },
            End { namespace: &spaces[1], name: "eth0", addresses: &ends[1] },
            [ETH0; 2],
        )?;
        for space in &spaces {
            // A packet is a segment, as on a wire: not as many as fit into 64 KiB, which the other end would see at once.
            for interface in ["lo", "eth0"] {
                space.set_max_segments(interface, 1)?;
            }
            for (name, value) in SYSCTLS {
                match space.set_sysctl(name, value) {
                    Err(error) if !error.is_not_allowed() && !error.to_string().contains("No such file") => {
                        return Err(error);
                    }
                    _ => {}
                }
            }
        }
        let resets = [Resets::new(&spaces[0])?, Resets::new(&spaces[1])?];
        let tank = Self {
            machine: Machine::this(),
            spaces,
            resets,
            here: Cell::new(None),
            next_port: Cell::new(PORTS.0),
            patience: Cell::default(),
        };
        tank.warm_up();
        Ok(tank)
    }

    /// The hosts get to know one another: no program waits for that. It takes as long as it takes until the cable has its carrier.
    fn warm_up(&self) {
        const TRIES: usize = 200;
        for (here, there) in [(0, 1), (1, 0)] {
            for (to, _) in addresses(u16::from(there) + 1) {
                // Whether it went well the programs will find.
                let _ = self.reach(here, there, to, TRIES);
            }
        }
    }

    /// Sends datagrams until one arrives.
    fn reach(&self, here: u8, there: u8, to: IpAddr, tries: usize) -> std::io::Result<()> {
        let _ = self.host(there);
        let receiver = UdpSocket::bind((to, 0))?;
        receiver.set_read_timeout(Some(Duration::from_millis(10)))?;
        let _ = self.host(here);
        let from: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let sender = UdpSocket::bind((from, 0))?;
        for _ in 0..tries {
            // Refused where there is no way yet.
            drop(sender.send_to(&[], receiver.local_addr()?));
            if receiver.recv(&mut []).is_ok() {
                break;
            }
        }
        Ok(())
    }

    /// Its hosts.
    pub(crate) const fn spaces(&self) -> &[Namespace; 2] {
        &self.spaces
    }

    /// Whether it has no ports any more that no program had.
    pub fn is_used_up(&self) -> bool {
        self.next_port.get() > PORTS.1
    }

    /// Is another one with new ports, if it [is used up](Self::is_used_up).
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn refresh(&mut self) -> Result<()> {
        if self.is_used_up() {
            *self = Self::new()?;
        }
        Ok(())
    }

    /// Runs a program, waiting so long after each call.
    pub fn run(&self, program: &Program, patience: Duration) -> Log {
        self.patience.set(patience);
        // What the end of the program before has caused is not this one's.
        drop(self.resets());
        execute(self, program)
    }
}

impl Tank for RealTank {
    type Net = Machine;

    fn host(&self, index: u8) -> &Machine {
        if self.here.replace(Some(index)) != Some(index) {
            self.spaces[usize::from(index) % 2].enter();
        }
        &self.machine
    }

    fn settle(&self) {
        if !self.patience.get().is_zero() {
            std::thread::sleep(self.patience.get());
        }
    }

    fn pass(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn resets(&self) -> Vec<(SocketAddr, SocketAddr)> {
        self.resets.iter().flat_map(Resets::take).collect()
    }

    fn first_port(&self) -> u16 {
        self.next_port.replace(self.next_port.get() + Port::NAMES)
    }
}
