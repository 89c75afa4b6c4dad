//! The rows, in the documentation's order: a file for each of its headings.
//!
//! A new conformance case that shows what a row says belongs into the row. Take the few that show it best; the others are found by
//! their names.

mod behaviour;
mod constants;
mod examples;
mod families;
mod functions;
mod methods;

use super::Group;

/// Every row, below its heading.
pub fn rows() -> &'static [Group] {
    &[
        Group { name: "Exceptions", rows: functions::EXCEPTIONS },
        Group { name: "Address families and protocols", rows: families::ROWS },
        Group { name: "Constants", rows: constants::ROWS },
        Group { name: "Functions that create sockets", rows: functions::CREATING },
        Group { name: "Other functions", rows: functions::OTHERS },
        Group { name: "Socket methods", rows: methods::METHODS },
        Group { name: "Attributes", rows: methods::ATTRIBUTES },
        Group { name: "Stated behaviour", rows: behaviour::ROWS },
        Group { name: "Examples", rows: examples::ROWS },
    ]
}
