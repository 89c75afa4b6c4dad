//! The vocabulary of the contract, without a world. What needs one is tested in `real/tests`.

mod addr;
mod errno;
mod error;
mod flags;
mod option;
mod time;
