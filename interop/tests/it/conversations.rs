//! Who connects, who closes, which family, what is lost: the short share, and the long one.

use std::net::SocketAddr;

use wavetank_api::{Host, Result, TcpListener};
use wavetank_interop::talk::{self, Plan, Side};

use crate::stage::{Outcome, Play, Scene, TIME_WAIT};

#[derive(Clone, Copy, Debug)]
struct Talk(Plan);

impl Play for Talk {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        talk::client(host, server, &self.0)
    }

    fn server<H: Host>(&self, host: &H, listener: &TcpListener<H>) -> Result<()> {
        talk::server(host, listener, &self.0)
    }
}

const SMALL: usize = 1 << 20;
const LARGE: usize = 10 << 20;

/// Up, and then down; the client closes.
const PLAN: Plan = Plan { up: SMALL, down: SMALL, at_once: false, closes: Side::Client };
const AT_ONCE: Plan = Plan { at_once: true, ..PLAN };

const fn server_closes(plan: Plan) -> Plan {
    Plan { closes: Side::Server, ..plan }
}

/// Every byte arrives, both ends close in order, nobody sends a reset, and who closed first waits.
fn hold(scene: Scene, plan: Plan) {
    let Some(Outcome { pumped, states, .. }) = scene.perform(&Talk(plan)) else { return };
    let expected: &[u8] = if plan.closes == scene.kernel_is { &[TIME_WAIT] } else { &[] };
    assert_eq!(states, expected, "{scene:?} {plan:?}");
    assert_eq!((pumped.to_kernel.resets, pumped.to_sim.resets), (0, 0), "{scene:?} {plan:?}");
    if scene.loss > 0 {
        assert!(pumped.to_kernel.lost > 0 && pumped.to_sim.lost > 0, "{pumped:?}");
    }
}

#[test]
fn the_kernel_connects_and_closes() {
    hold(Scene::new(Side::Client), PLAN);
}

#[test]
fn the_kernel_connects_and_the_simulated_server_closes() {
    hold(Scene::new(Side::Client), server_closes(PLAN));
}

#[test]
fn the_simulated_client_connects_and_closes() {
    hold(Scene::new(Side::Server), PLAN);
}

#[test]
fn the_simulated_client_connects_and_the_kernel_closes() {
    hold(Scene::new(Side::Server), server_closes(PLAN));
}

#[test]
fn over_ipv6_from_each_side() {
    hold(Scene::new(Side::Client).v6(), PLAN);
    hold(Scene::new(Side::Server).v6(), server_closes(PLAN));
}

#[test]
fn both_ways_at_once() {
    hold(Scene::new(Side::Client), AT_ONCE);
    hold(Scene::new(Side::Server), server_closes(AT_ONCE));
}

#[test]
fn with_loss_from_each_side() {
    hold(Scene::new(Side::Client).lossy(10), PLAN);
    hold(Scene::new(Side::Server).lossy(10), server_closes(PLAN));
}

/// Ten megabytes each way, in every combination of who connects and who closes, without loss and with 1 % of it.
#[test]
#[ignore = "takes some minutes"]
fn ten_megabytes_each_way() {
    let large = |plan| Plan { up: LARGE, down: LARGE, ..plan };
    for kernel_is in [Side::Client, Side::Server] {
        for scene in [Scene::new(kernel_is), Scene::new(kernel_is).lossy(10)] {
            for (scene, plan) in [(scene, large(PLAN)), (scene, large(AT_ONCE)), (scene.v6(), large(PLAN))] {
                hold(scene, plan);
                hold(scene, server_closes(plan));
            }
        }
    }
}

/// Every tenth packet, each way.
#[test]
#[ignore = "takes some minutes"]
fn much_loss() {
    for kernel_is in [Side::Client, Side::Server] {
        hold(Scene::new(kernel_is).lossy(100), PLAN);
        hold(Scene::new(kernel_is).lossy(100), server_closes(AT_ONCE));
    }
}
