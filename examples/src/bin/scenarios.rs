//! A program of one's own scenarios: `cargo run -p wavetank-examples --bin scenarios -- explore chat --loss 5%`.

use std::process::ExitCode;

use wavetank::{
    Sim,
    cli::{Knobs, Scenario},
    ms,
};
use wavetank_examples::{chat, echo};

fn main() -> ExitCode {
    wavetank::cli::main(&[
        Scenario::new("greeting", "one Hello, world there and back", greeting),
        Scenario::new("chat", "fifty WebSocket messages each way", chatting),
    ])
}

fn greeting(sim: &Sim, knobs: &Knobs) {
    let (server, client) = (sim.host("server"), sim.host("client"));
    knobs.on(sim.link(&server, &client).latency(ms(20)));
    server.serve(|host| echo::server(host, echo::PORT));
    client.run(|host| {
        assert_eq!(echo::client(host, "server", echo::PORT)?, b"Hello, world");
        Ok(())
    });
}

fn chatting(sim: &Sim, knobs: &Knobs) {
    let (server, client) = (sim.host("server"), sim.host("client"));
    knobs.on(sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(1, 100));
    server.run(|host| chat::server(host, "0.0.0.0:80", 50));
    client.run(|host| chat::client(host, ("server", 80), 50));
}
