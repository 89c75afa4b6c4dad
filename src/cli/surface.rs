//! `surface`: every name of the socket documentation, where it is, and how far each world has come with it.

use std::fs;

use wavetank_conformance::surface::{self, Document, Surface};

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
        say(&surface.document(if args.constants { Document::Constants } else { Document::Surface }))?;
    }
    Ok(true)
}

/// `--check`: the lines that the documents have otherwise, and what rows name that does not exist.
fn check(surface: &Surface) -> Result<bool, Stop> {
    let mut found = surface.faults();
    for document in Document::ALL {
        let path = document.path();
        let text = fs::read_to_string(&path)
            .map_err(|error| Stop::Usage(format!("cannot read {}: {error}", path.display())))?;
        let differences = surface.differences_from(document, &text);
        found.extend(differences.iter().map(|line| format!("{}: {line}", path.display())));
    }
    found.iter().try_for_each(|line| say(&format!("{line}\n")))?;
    say(&format!("the documents and the code differ in {} lines\n", found.len()))?;
    Ok(found.is_empty())
}
