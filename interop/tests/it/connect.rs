//! Who connects, who closes, which family, what is lost: the short share, and the long one.

use super::{Side, Talk, hold};

#[test]
fn the_kernel_connects_and_closes() {
    hold(Talk::new(Side::Client));
}

#[test]
fn the_kernel_connects_and_the_simulated_server_closes() {
    hold(Talk::new(Side::Client).server_closes());
}

#[test]
fn the_simulated_client_connects_and_closes() {
    hold(Talk::new(Side::Server));
}

#[test]
fn the_simulated_client_connects_and_the_kernel_closes() {
    hold(Talk::new(Side::Server).server_closes());
}

#[test]
fn over_ipv6_from_each_side() {
    hold(Talk::new(Side::Client).v6());
    hold(Talk::new(Side::Server).v6().server_closes());
}

#[test]
fn both_ways_at_once() {
    hold(Talk::new(Side::Client).at_once());
    hold(Talk::new(Side::Server).at_once().server_closes());
}

#[test]
fn with_loss_from_each_side() {
    hold(Talk::new(Side::Client).lossy(10));
    hold(Talk::new(Side::Server).lossy(10).server_closes());
}

/// Ten megabytes each way, in every combination of who connects and who closes, without loss and with 1 % of it.
#[test]
#[ignore = "takes a minute or two"]
fn ten_megabytes_each_way() {
    for kernel_is in [Side::Client, Side::Server] {
        for loss in [0, 10] {
            let talk = Talk::new(kernel_is).large();
            let talk = if loss > 0 { talk.lossy(loss) } else { talk };
            for talk in [talk, talk.at_once(), talk.v6()] {
                hold(talk);
                hold(talk.server_closes());
            }
        }
    }
}

/// Every tenth packet, each way.
#[test]
#[ignore = "takes a minute or two"]
fn much_loss() {
    for kernel_is in [Side::Client, Side::Server] {
        hold(Talk::new(kernel_is).lossy(100));
        hold(Talk::new(kernel_is).lossy(100).at_once().server_closes());
    }
}
