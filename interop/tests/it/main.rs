//! A simulated machine and the kernel talk to each other over TUN devices, in real time.
//!
//! Skipped where namespaces or TUN devices are not allowed. The share that takes long is run by
//! `cargo test --release -p wavetank-interop -- --include-ignored`.

mod conversations;
mod features;
mod path;
mod stage;
