//! [`Case`]: a behaviour and its source; and the macro that makes the tables of them, and of the functions that show them.

use std::fmt;

use crate::{bed::Way, need::Need};

/// The worlds that cases run in: our two, and whatever else is held against them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum World {
    /// The operating system this program runs on.
    Real,
    /// The simulator.
    Sim,
    /// Somebody's implementation of [`Net`](wavetank_api::Net), by the name that its author gives it: a [`Subject`](crate::Subject).
    Other(&'static str),
}

impl World {
    /// `real` or `sim`, or the name of the other one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Sim => "sim",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A behaviour of sockets. The function that shows it is generic over the [`Bed`](crate::Bed), and found by the name (`cases::functions`).
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name: topic and function, as in `tcp::connect::refused_by_a_closed_port`.
    pub name: &'static str,
    /// The behaviour in one line.
    pub statement: &'static str,
    /// Who says so: a section of an RFC, a man page, a function of the kernel.
    pub source: &'static str,
    /// What it needs that not every world has.
    pub need: Option<&'static Need>,
    pub(crate) ways: Ways,
    /// It takes many seconds of real time, in which it waits.
    pub(crate) slow: bool,
}

impl Case {
    /// Its name without the last part: `tcp::connect`.
    pub fn topic(&self) -> &'static str {
        topic(self.name)
    }
}

/// The name of a case without its last part.
pub(crate) fn topic(name: &str) -> &str {
    name.rsplit_once("::").map_or(name, |(topic, _)| topic)
}

/// Where a case runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(non_camel_case_types, reason = "they are words of the tables of cases")]
pub(crate) enum Ways {
    /// Over IPv4 and IPv6; on loopback, and between two machines.
    everywhere,
    /// Over IPv4 and IPv6, between two machines.
    linked,
    /// Over IPv4 and IPv6, on loopback.
    families,
    /// IPv4 on loopback.
    once,
    /// As `once`, while no other case runs.
    alone,
    /// On a machine of its own, with loopback and the interfaces that the case needs.
    apart,
}

impl Ways {
    pub(crate) fn all(self) -> &'static [Way] {
        match self {
            Self::everywhere => &[Way::V4, Way::V6, Way::V4_LINK, Way::V6_LINK],
            Self::linked => &[Way::V4_LINK, Way::V6_LINK],
            Self::families => &[Way::V4, Way::V6],
            Self::once | Self::alone => &[Way::V4],
            Self::apart => &[Way::APART],
        }
    }
}

/// The table at the top of a file of cases; see the crate's documentation.
macro_rules! cases {
    (@slow) => { false };
    (@slow slow) => { true };
    (@need $table:expr) => { $table };
    (@need $table:expr, $need:ident) => { Some(&$need) };
    ($topic:path: $($rows:tt)*) => {
        $crate::case::cases!(@table $topic, None, $($rows)*);
    };
    ($topic:path, needs $need:path: $($rows:tt)*) => {
        $crate::case::cases!(@table $topic, Some(&$need), $($rows)*);
    };
    (@table $topic:path, $table_need:expr,
        $($name:ident $ways:ident $(+ $slow:ident)? $(needs $need:ident)? $statement:literal from $source:literal;)*
    ) => {
        /// The cases of this file.
        pub(super) const CASES: &[$crate::Case] = &[$(
            $crate::Case {
                name: concat!(stringify!($topic), "::", stringify!($name)),
                statement: $statement,
                source: $source,
                need: $crate::case::cases!(@need $table_need $(, $need)?),
                ways: $crate::case::Ways::$ways,
                slow: $crate::case::cases!(@slow $($slow)?),
            },
        )*];

        /// What shows them, on any bed, in the same order.
        pub(super) const fn functions<B: $crate::Bed>() -> &'static [$crate::subject::Function<B>] {
            const { &[$($name::<B> as $crate::subject::Function<B>),*] }
        }
    };
}

pub(crate) use cases;
