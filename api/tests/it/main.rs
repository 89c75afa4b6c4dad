//! The vocabulary of the contract, and `Socket` over a scripted stack. What needs a world is tested in `real/tests`.

mod addr;
mod addr_inet;
mod addr_text;
mod c;
mod control;
mod docs;
mod errno;
mod error;
mod flags;
#[cfg(target_os = "linux")]
mod layout;
mod option;
mod order;
mod script;
mod socket;
mod time;
