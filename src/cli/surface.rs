//! `surface`: every name of the socket documentation, where it is, and how far each world has come with it.

use std::fs;

use wavetank_conformance::surface::{self, Surface, document_path};

use super::{Stop, args::SurfaceArgs, json, say, say_json};

pub(super) fn surface(args: &SurfaceArgs, json: bool) -> Result<bool, Stop> {
    let surface = surface::judge().map_err(|error| Stop::Usage(error.to_string()))?;
    if args.check {
        return check(&surface);
    }
    if json {
        say_json(&json::Surfaced::new(&surface))?;
    } else if args.summary {
        say(&surface.summary().to_string())?;
    } else {
        say(&surface.document())?;
    }
    Ok(true)
}

/// `--check`: the rows that the document has otherwise, and what rows name that does not exist.
fn check(surface: &Surface) -> Result<bool, Stop> {
    let path = document_path();
    let document =
        fs::read_to_string(&path).map_err(|error| Stop::Usage(format!("cannot read {}: {error}", path.display())))?;
    let mut found = surface.faults();
    found.extend(surface.differences_from(&document));
    found.iter().try_for_each(|line| say(&format!("{line}\n")))?;
    say(&format!("{} and the code differ in {} lines\n", path.display(), found.len()))?;
    Ok(found.is_empty())
}
