//! [`structure!`]: a structure of C as a Rust one, and how it lies in memory, in one list; and lists of such.
//!
//! The offsets are those of the machine's C compiler, which `api/tests/it/layout.rs` asks.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::value::{MAX_LEN, OptValue};

/// What a field of a structure can be.
pub trait Field: Sized {
    /// Bytes in memory.
    const SIZE: usize;

    /// Writes it to `bytes`, which are as many.
    fn write(&self, bytes: &mut [u8]);

    /// From `bytes`, which are as many.
    fn read(bytes: &[u8]) -> Option<Self>;
}

macro_rules! numbers {
    ($($int:ty)*) => {
        $(
            /// In the machine's byte order.
            impl Field for $int {
                const SIZE: usize = size_of::<$int>();

                fn write(&self, bytes: &mut [u8]) {
                    bytes.copy_from_slice(&self.to_ne_bytes());
                }

                fn read(bytes: &[u8]) -> Option<Self> {
                    bytes.try_into().ok().map(Self::from_ne_bytes)
                }
            }
        )*
    };
}

numbers! { u8 u16 u32 u64 i32 }

impl<const N: usize> Field for [u8; N] {
    const SIZE: usize = N;

    fn write(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(self);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

impl Field for Ipv4Addr {
    const SIZE: usize = 4;

    fn write(&self, bytes: &mut [u8]) {
        self.octets().write(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        <[u8; 4]>::read(bytes).map(Self::from)
    }
}

impl Field for Ipv6Addr {
    const SIZE: usize = 16;

    fn write(&self, bytes: &mut [u8]) {
        self.octets().write(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        <[u8; 16]>::read(bytes).map(Self::from)
    }
}

/// Declares structures: their name here, their name in C with its size, the fields with the offset of each. What is between two fields is
/// written as zeroes.
macro_rules! structure {
    ($list:ident; $(
        $(#[$meta:meta])*
        $name:ident, $c_name:literal, $size:literal {
            $($(#[$field_meta:meta])* $field:ident: $type:ty, $c_field:literal @ $offset:literal;)*
        }
    )*) => {
        $(
            $(#[$meta])*
            ///
            #[doc = concat!("In C `struct ", $c_name, "`.")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            #[doc(alias = $c_name)]
            pub struct $name {
                $($(#[$field_meta])* pub $field: $type,)*
            }

            impl $crate::option::Field for $name {
                const SIZE: usize = $size;

                fn write(&self, bytes: &mut [u8]) {
                    bytes.fill(0);
                    $($crate::option::Field::write(
                        &self.$field,
                        &mut bytes[$offset..$offset + <$type as $crate::option::Field>::SIZE],
                    );)*
                }

                fn read(bytes: &[u8]) -> Option<Self> {
                    Some(Self {
                        $($field: $crate::option::Field::read(
                            bytes.get($offset..$offset + <$type as $crate::option::Field>::SIZE)?,
                        )?,)*
                    })
                }
            }

            impl $crate::option::OptValue for $name {
                type Value = Self;
                const LEN: usize = $size;

                fn encode(value: &Self, bytes: &mut [u8; $crate::option::MAX_LEN]) -> usize {
                    $crate::option::Field::write(value, &mut bytes[..$size]);
                    $size
                }

                fn decode(bytes: &[u8]) -> Option<Self> {
                    $crate::option::Field::read(bytes)
                }
            }
        )*

        /// The structures of this file: name in C, size, the fields with their offsets and sizes.
        pub(super) const $list: &[$crate::option::Layout] = &[
            $(($c_name, $size, &[$(($c_field, $offset, <$type as $crate::option::Field>::SIZE),)*]),)*
        ];
    };
}

pub(super) use structure;

/// A structure's name in C, its size, and its fields: name, offset, size.
pub type Layout = (&'static str, usize, &'static [(&'static str, usize, usize)]);

/// An array of them, as many as there are: filters, groups, counters.
#[derive(Debug)]
pub struct List<T>(PhantomData<T>);

/// Bytes of the longest list that is read: `CAN_RAW_FILTER_MAX` (512) filters of 8 bytes.
const LIST_MAX: usize = 4096;

impl<T: Field> OptValue for List<T> {
    type Value = Vec<T>;
    const LEN: usize = LIST_MAX;

    /// As many items as there is room for; [`bytes`](OptValue::bytes) writes all.
    fn encode(value: &Vec<T>, bytes: &mut [u8; MAX_LEN]) -> usize {
        let mut end = 0;
        for (item, room) in value.iter().zip(bytes.chunks_exact_mut(T::SIZE)) {
            item.write(room);
            end += T::SIZE;
        }
        end
    }

    fn bytes<'a>(value: &'a Vec<T>, _room: &'a mut [u8; MAX_LEN]) -> Cow<'a, [u8]> {
        let mut bytes = vec![0; value.len() * T::SIZE];
        value.iter().zip(bytes.chunks_exact_mut(T::SIZE)).for_each(|(item, room)| item.write(room));
        bytes.into()
    }

    /// A rest that is no whole item is left out.
    fn decode(bytes: &[u8]) -> Option<Vec<T>> {
        bytes.chunks_exact(T::SIZE).map(T::read).collect()
    }
}
