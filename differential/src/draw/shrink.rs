//! Programs cut down: [`shrink`] for whoever can tell in a moment whether it still happens, [`ProgramTree`] for proptest.

use std::net::{IpAddr, Ipv4Addr};

use proptest::strategy::ValueTree;

use crate::{Call, Place, Program};

/// The least program that can be found for which it still happens: calls are left out, many at a time and one at a time, then arguments made plainer.
pub fn shrink(program: &Program, mut happens: impl FnMut(&Program) -> bool) -> Program {
    let mut best = program.clone();
    loop {
        let before = best.clone();
        let mut size = best.calls.len().next_power_of_two();
        while size > 0 {
            let mut at = best.calls.len();
            while at > 0 {
                let from = at.saturating_sub(size);
                let mut less = best.clone();
                less.calls.drain(from..at);
                if happens(&less) {
                    best = less;
                }
                at = from.min(best.calls.len());
            }
            size /= 2;
        }
        for at in 0..best.calls.len() {
            for call in plainer(&best.calls[at]) {
                let mut less = best.clone();
                less.calls[at] = call;
                if happens(&less) {
                    best = less;
                    break;
                }
            }
        }
        if best.hosts > 1 {
            let less = on_one_host(&best);
            if happens(&less) {
                best = less;
            }
        }
        if best == before {
            return best;
        }
    }
}

fn on_one_host(program: &Program) -> Program {
    let mut less = program.clone();
    less.hosts = 1;
    for call in &mut less.calls {
        if let Call::Socket { host, .. } | Call::Socketpair { host, .. } = call {
            *host = 0;
        }
    }
    less
}

/// The same call with plainer arguments, the plainest first.
fn plainer(call: &Call) -> Vec<Call> {
    let mut plainer = Vec::new();
    let mut with = |change: &dyn Fn(&mut Call)| {
        let mut other = call.clone();
        change(&mut other);
        if other != *call {
            plainer.push(other);
        }
    };
    match call {
        Call::Send { .. } => {
            with(&|call| {
                if let Call::Send { carry, .. } = call {
                    *carry = None
                }
            });
            with(&|call| {
                if let Call::Send { control, .. } = call {
                    control.clear()
                }
            });
            with(&|call| {
                if let Call::Send { to, .. } = call {
                    *to = None
                }
            });
            with(&|call| {
                if let Call::Send { flags, .. } = call {
                    *flags = 0x4000
                }
            });
            for plain in [0, 1, 1000] {
                with(&|call| match call {
                    Call::Send { len, .. } if *len > plain => *len = plain,
                    _ => {}
                });
            }
        }
        Call::Recv { .. } => {
            with(&|call| {
                if let Call::Recv { from, control, into, .. } = call {
                    (*from, *control, *into) = (false, 0, None);
                }
            });
            with(&|call| {
                if let Call::Recv { flags, .. } = call {
                    *flags = 0
                }
            });
            with(&|call| match call {
                Call::Recv { len, .. } if *len > 1 => *len = 1,
                _ => {}
            });
            with(&|call| match call {
                Call::Recv { len, .. } if *len > 1 && *len < 70_000 => *len = 70_000,
                _ => {}
            });
        }
        Call::Bind { addr: Place::Ip(..), .. } | Call::Connect { addr: Place::Ip(..), .. } => {
            for ip in ["127.0.0.1", "::1"] {
                with(&|call| {
                    let (Call::Bind { addr: Place::Ip(to, _), .. } | Call::Connect { addr: Place::Ip(to, _), .. }) =
                        call
                    else {
                        return;
                    };
                    // The first of the two is the plainest.
                    if let Ok(ip) = ip.parse::<IpAddr>()
                        && *to != IpAddr::V4(Ipv4Addr::LOCALHOST)
                    {
                        *to = ip;
                    }
                });
            }
        }
        Call::Listen { .. } => with(&|call| {
            if let Call::Listen { backlog, .. } = call {
                *backlog = 5
            }
        }),
        Call::Wait { .. } => with(&|call| {
            if let Call::Wait { millis } = call {
                *millis = 1
            }
        }),
        _ => {}
    }
    plainer
}

/// A program on its way to a smaller one, as proptest asks for it: one change at a time, each taken back if it was too much.
#[derive(Clone, Debug)]
pub struct ProgramTree {
    best: Program,
    tried: Option<Program>,
    /// How many calls are left out at once, and before which of them.
    size: usize,
    at: usize,
}

impl ProgramTree {
    pub(super) fn new(program: Program) -> Self {
        let len = program.calls.len();
        Self { best: program, tried: None, size: len.next_power_of_two(), at: len }
    }
}

impl ValueTree for ProgramTree {
    type Value = Program;

    fn current(&self) -> Program {
        self.tried.as_ref().unwrap_or(&self.best).clone()
    }

    /// What was tried last still fails: it is the best now.
    fn simplify(&mut self) -> bool {
        if let Some(tried) = self.tried.take() {
            self.best = tried;
            self.at = self.at.min(self.best.calls.len());
        }
        while self.size > 0 {
            if self.at == 0 {
                self.size /= 2;
                self.at = self.best.calls.len();
                continue;
            }
            let from = self.at.saturating_sub(self.size);
            let mut less = self.best.clone();
            less.calls.drain(from..self.at);
            self.at = from;
            self.tried = Some(less);
            return true;
        }
        false
    }

    fn complicate(&mut self) -> bool {
        self.tried.take().is_some()
    }
}
