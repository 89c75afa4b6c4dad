//! The text of a [`Program`]: a timed script, as exact as the program itself.
//!
//! ```
//! use wavetank_differential::Program;
//!
//! let text = "\
//! a = socket(AF_INET, SOCK_STREAM, 0)
//! bind(a, 127.0.0.1:$0)
//! listen(a, 5)
//! b = socket(AF_INET, SOCK_STREAM, 0)
//! connect(b, 127.0.0.1:@a)
//! c = accept4(a)
//! send(b, 100, MSG_NOSIGNAL)
//! +0.060
//! recv(c, 1, MSG_PEEK|MSG_DONTWAIT)
//! ";
//! let program: Program = text.parse().unwrap();
//! assert_eq!(program.to_string(), text);
//!
//! let error = "a = socket(AF_INET, SOCK_STREAM, 0)\nlisten(a)".parse::<Program>().unwrap_err();
//! assert_eq!(error.to_string(), "line 2: listen has 2 arguments: listen(socket, backlog); here are 1");
//! ```
//!
//! | line | meaning |
//! |---|---|
//! | `hosts 2` | how many hosts there are; 1 if it says nothing |
//! | `a = socket(AF_INET, SOCK_STREAM, 0)` | a call, with C's names. Sockets are `a` to `h`; those that a call makes stand before it |
//! | `... on host 2` | where `socket` and `socketpair` are called; on the first if it says nothing |
//! | `+0.060` | time passes: 60 ms. A call may follow on the line |
//! | `thread` | what follows is called in a thread of its own, at the same time as the other threads |
//! | `# ...` | a comment, to the end of the line |
//!
//! | argument | may be |
//! |---|---|
//! | number | `5`, `-1`, `0x1f`, names of C joined by `\|` |
//! | address | `127.0.0.1:80`, `[::1]:80`, where the port may be `$0` to `$3`, one of four that nobody else has, or `@b`, that of `b`'s name; `name(b)`, all of it; `unspec`; or in quotes an [`Addr`](wavetank_api::Addr) as it stands |
//! | option's value | `1`, an `int`; `{1, 0}`, several; `"cubic"`, text; `x"00ff"`, bytes |
//! | room for a value | how many bytes |
//! | data | how many bytes: what they are, the place of the call decides |
//! | `to=`, `control=`, `rights=` of `sendmsg` | where to; control messages, `[IPPROTO_IP:IP_TTL 64]` or `x"00ff"`; a socket sent along |
//! | `from`, `control=`, `rights=` of `recvmsg` | the sender is asked for; room for control messages; the slot that a socket that came along gets |

mod read;
pub(crate) mod words;
mod write;

pub use self::read::ParseProgramError;
pub(crate) use self::write::{Letter, Message, Value};
