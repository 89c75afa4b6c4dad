//! [`Path`]: where something is in Rust, in words that the compiler has read.

use std::fmt;

/// A path of the workspace's crates, made by `rust!`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path {
    /// As it is written in this crate: `wavetank_api::Socket::<Machine>::recv`.
    written: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The compiler has seen it.
    Compiled,
    /// A file of the workspace.
    File,
    /// It is compiled on other platforms only: the file it stands in, from the workspace's root.
    Elsewhere(&'static str),
}

impl Path {
    pub(super) const fn compiled(written: &'static str) -> Self {
        Self { written, kind: Kind::Compiled }
    }

    /// A file of the workspace, such as an example.
    pub(super) const fn file(path: &'static str) -> Self {
        Self { written: path, kind: Kind::File }
    }

    /// What is compiled on other platforms only: `written` for the reader, whose last part is defined in `file`.
    pub(super) const fn elsewhere(written: &'static str, file: &'static str) -> Self {
        Self { written, kind: Kind::Elsewhere(file) }
    }

    /// What is not as it should be with a path that the compiler has not seen.
    pub fn fault(&self) -> Option<String> {
        let read = |file: &str| {
            std::fs::read_to_string(super::record::workspace().join(file)).map_err(|error| format!("{file}: {error}"))
        };
        match self.kind {
            Kind::Compiled => None,
            Kind::File => read(self.written).err(),
            Kind::Elsewhere(file) => {
                let name = self.written.rsplit("::").next().unwrap_or(self.written);
                // What a macro defines has no `const` before it.
                let defined = |text: &str| {
                    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
                        .any(|word| word == name)
                };
                match read(file) {
                    Ok(text) if defined(&text) => None,
                    Ok(_) => Some(format!("{file} does not define {name}")),
                    Err(fault) => Some(fault),
                }
            }
        }
    }
}

/// As a user of `wavetank` writes it.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `<Machine as Net>::socket` is how the compiler is asked for a method of `Net`.
        let mut text = self.written.replace("<Machine as ", "").replace("Net>", "Net").replace(' ', "");
        for argument in ["::<Machine>", "::<std::fs::File>", "::<std::os::fd::OwnedFd>"] {
            text = text.replace(argument, "");
        }
        for (crate_name, module) in [
            ("wavetank_api::", "wavetank::"),
            ("wavetank_real::", "wavetank::real::"),
            ("wavetank_sim::", "wavetank::sim::"),
        ] {
            if let Some(rest) = text.strip_prefix(crate_name) {
                text = format!("{module}{rest}");
            }
        }
        f.write_str(&text)
    }
}

/// A [`Path`] that exists, or this does not compile.
///
/// * `rust!(item wavetank_api::create_server)`: what `use` can name: a type, a trait, a function, a constant, a module, a variant;
/// * `rust!(value wavetank_api::Socket::<Machine>::recv)`: what is an expression: a method, an associated constant.
macro_rules! rust {
    (item $($part:ident)::+) => {{
        const _: () = {
            #[allow(unused_imports, reason = "that it exists is all that is asked")]
            use $($part)::+ as _;
        };
        $crate::surface::path::Path::compiled(stringify!($($part)::+))
    }};
    (value $path:expr) => {{
        #[allow(unused_qualifications, reason = "the path is what is read")]
        const _: () = {
            #[allow(unused_imports, reason = "not every path has a world in it")]
            use wavetank_real::Machine;
            let _ = $path;
        };
        $crate::surface::path::Path::compiled(stringify!($path))
    }};
}

pub(super) use rust;
