//! [`Eai`]: the error numbers of `getaddrinfo(3)`.

use std::fmt;

/// A resolver's error number, `EAI_*` (Python's `gaierror`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Eai(i32);

/// Declares the constants with the numbers and texts of glibc's `gai_strerror(3)`.
macro_rules! eais {
    ($($name:ident = $number:literal, $c_name:literal, $text:literal;)*) => {
        impl Eai {
            $(
                #[doc = concat!("`", $c_name, "`: ", $text, ".")]
                #[doc(alias = $c_name)]
                pub const $name: Self = Self($number);
            )*

            /// The name in C; `None` for a number without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($c_name),)*
                    _ => None,
                }
            }

            /// The text of `gai_strerror(3)`.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self.0 {
                    $($number => $text,)*
                    _ => "Unknown error",
                }
            }
        }
    };
}

eais! {
    BADFLAGS = -1, "EAI_BADFLAGS", "Bad value for ai_flags";
    NONAME = -2, "EAI_NONAME", "Name or service not known";
    AGAIN = -3, "EAI_AGAIN", "Temporary failure in name resolution";
    FAIL = -4, "EAI_FAIL", "Non-recoverable failure in name resolution";
    NODATA = -5, "EAI_NODATA", "No address associated with hostname";
    FAMILY = -6, "EAI_FAMILY", "ai_family not supported";
    SOCKTYPE = -7, "EAI_SOCKTYPE", "ai_socktype not supported";
    SERVICE = -8, "EAI_SERVICE", "Servname not supported for ai_socktype";
    ADDRFAMILY = -9, "EAI_ADDRFAMILY", "Address family for hostname not supported";
    MEMORY = -10, "EAI_MEMORY", "Memory allocation failure";
    SYSTEM = -11, "EAI_SYSTEM", "System error";
    OVERFLOW = -12, "EAI_OVERFLOW", "Result too large for supplied buffer";
}

impl Eai {
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

impl fmt::Debug for Eai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Eai({})", self.0),
        }
    }
}

impl fmt::Display for Eai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.description()),
            None => write!(f, "EAI {} (Unknown error)", self.0),
        }
    }
}
