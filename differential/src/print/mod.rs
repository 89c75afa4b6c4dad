//! Programs and what became of them, for readers: as a timed script with the answers beside the calls.

mod annotated;
mod c;
mod rust;

pub use self::annotated::annotated;
