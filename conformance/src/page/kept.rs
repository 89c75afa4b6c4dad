//! What is put beside the page, as `fixtures/conformance/README.md` describes it.

use std::io;

use super::Table;
use crate::surface::{self, Records};

const FOLDER: &str = "fixtures/conformance";

/// What implementations of others came to.
pub(super) fn records() -> io::Result<Records> {
    Records::read_from(FOLDER)
}

/// The tables that other programs have made, each with the name of its section.
pub(super) fn tables() -> io::Result<Vec<(String, Table)>> {
    surface::read_all(FOLDER, "tsv", |_, text| Table::parse(text))
}
