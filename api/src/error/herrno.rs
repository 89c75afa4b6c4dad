//! [`HErrno`]: the error numbers of `gethostbyname(3)`.

use std::fmt;

/// `h_errno` of `netdb.h`: why `gethostbyname(3)` or `gethostbyaddr(3)` failed (Python's `herror`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HErrno(i32);

/// Declares the constants with the numbers of netdb.h and the texts of glibc's `hstrerror(3)`.
macro_rules! h_errnos {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        impl HErrno {
            $(
                #[doc = concat!("`", stringify!($name), "`: ", $text, ".")]
                pub const $name: Self = Self($number);
            )*

            /// The name in C; `None` for a number without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some(stringify!($name)),)*
                    _ => None,
                }
            }

            /// The text of `hstrerror(3)`.
            #[must_use]
            #[doc(alias = "hstrerror")]
            pub const fn description(self) -> &'static str {
                match self.0 {
                    0 => "Resolver Error 0 (no error)",
                    $($number => $text,)*
                    ..0 => "Resolver internal error",
                    _ => "Unknown resolver error",
                }
            }
        }
    };
}

h_errnos! {
    HOST_NOT_FOUND = 1, "Unknown host";
    TRY_AGAIN = 2, "Host name lookup failure";
    NO_RECOVERY = 3, "Unknown server error";
    NO_DATA = 4, "No address associated with name";
}

impl HErrno {
    /// The resolver error with this number.
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0
    }
}

impl fmt::Debug for HErrno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "HErrno({})", self.0),
        }
    }
}

impl fmt::Display for HErrno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.description()),
            None => write!(f, "h_errno {} ({})", self.0, self.description()),
        }
    }
}
