//! [`SockTxtime`], the value of `SO_TXTIME`: `tc-etf(8)`.

use super::layout::structure;

structure! { TXTIME_LAYOUTS;
    /// By which clock packets are sent at given times.
    SockTxtime, "sock_txtime", 8 {
        /// The clock: `CLOCK_*`.
        clock: i32, "clockid" @ 0;
        /// `SOF_TXTIME_*`.
        flags: u32, "flags" @ 4;
    }
}
