//! The constants by their names in C: against the C headers, CPython, and the documentation's lists.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use wavetank_api::{Errno, c};

/// The rows of a table in `fixtures/constants/`, by tabs.
fn rows(table: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/constants").join(table);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

/// What differs between ours and these, as lines.
fn differences<'a>(theirs: impl IntoIterator<Item = (&'a str, i64)>) -> Vec<String> {
    let ours: BTreeMap<&str, i64> = c::all().collect();
    let differs = |(name, value): (&'a str, i64)| match ours.get(name) {
        Some(&our) if our == value => None,
        our => Some(format!("{name}: {value} there, {our:?} here")),
    };
    theirs.into_iter().filter_map(differs).collect()
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

#[test]
fn no_name_stands_twice() {
    let mut names: Vec<_> = c::all().map(|(name, _)| name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count > 1_200, "{count} constants");
}

#[cfg(target_os = "linux")]
#[test]
fn numbers_are_those_of_the_recorded_headers() {
    for (table, least) in [("headers.tsv", 1_150), ("bluetooth.tsv", 75)] {
        let rows = rows(table);
        assert!(rows.len() >= least, "{table}: {} rows", rows.len());
        let differ = differences(rows.iter().map(|row| (row[0].as_str(), number(&row[1]))));
        assert!(differ.is_empty(), "{table}: {differ:#?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn numbers_are_those_of_the_installed_headers() {
    for table in ["headers.tsv", "bluetooth.tsv"] {
        match ask_c(table) {
            Ok(answers) => {
                let rows = answers.lines().map(|line| line.split_once('\t').expect("name, number"));
                let differ = differences(rows.map(|(name, value)| (name, number(value))));
                assert!(differ.is_empty(), "{table}: {differ:#?}");
            }
            Err(reason) => println!("{table}: not compared with the installed headers: {reason}"),
        }
    }
}

/// Prints every name of the table by a C program over the table's headers. The reason, if there is no compiler or header.
#[cfg(target_os = "linux")]
fn ask_c(table: &str) -> Result<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/constants").join(table);
    let text = fs::read_to_string(path).expect("the table");
    let headers = text.lines().find_map(|line| line.strip_prefix("# include ")).expect("the headers");
    let headers: String = headers.split(' ').map(|header| format!("#include <{header}>\n")).collect();
    let prints: String = rows(table)
        .iter()
        .map(|row| {
            format!("    printf(\"%s\\t%lld\\n\", \"{}\", (long long)({}));\n", row[0], row.get(2).unwrap_or(&row[0]))
        })
        .collect();
    compile_and_run(table, &format!("#define _GNU_SOURCE\n{headers}#include <stdio.h>\n"), &prints)
}

/// The output of a C program; an error if there is no compiler, or the headers alone do not compile.
#[cfg(target_os = "linux")]
pub(crate) fn compile_and_run(name: &str, headers: &str, body: &str) -> Result<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let compile = |file: &str, program: String| {
        let (source, binary) = (folder.join(format!("{file}.c")), folder.join(file));
        fs::write(&source, program).expect("room for a program");
        let output = Command::new("cc").args(["-w", "-o"]).args([&binary, &source]).output();
        let output = output.map_err(|error| format!("cc: {error}"))?;
        if output.status.success() { Ok(binary) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    };
    compile(&format!("{name}-headers"), format!("{headers}int main(void) {{ return 0; }}\n"))?;
    let binary = compile(name, format!("{headers}int main(void) {{\n{body}}}\n"))
        .unwrap_or_else(|errors| panic!("the headers are there, but lack what is recorded:\n{errors}"));
    let output = Command::new(binary).output().expect("the program runs");
    assert!(output.status.success());
    Ok(String::from_utf8(output.stdout).expect("text"))
}

/// CPython's module has three error numbers too.
#[cfg(target_os = "linux")]
fn without_errors<'a>(rows: impl Iterator<Item = (&'a str, i64)>) -> Vec<(&'a str, i64)> {
    let is_error = |name: &str, value: i64| {
        let known = [("EAGAIN", Errno::EAGAIN), ("EWOULDBLOCK", Errno::EWOULDBLOCK), ("EBADF", Errno::EBADF)];
        known.iter().any(|(errno, number)| name == *errno && i64::from(number.raw()) == value)
    };
    rows.filter(|(name, value)| !is_error(name, *value)).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn numbers_are_those_of_recorded_cpython() {
    let rows = rows("cpython.tsv");
    let rows = without_errors(rows.iter().map(|row| (row[0].as_str(), number(&row[1]))));
    assert!(rows.len() > 370, "{} rows", rows.len());
    let differ = differences(rows);
    assert!(differ.is_empty(), "{differ:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn numbers_are_those_of_the_installed_python() {
    const PROGRAM: &str = "import socket
for name in dir(socket):
    value = getattr(socket, name)
    if isinstance(value, int): print(name, int(value))
    if isinstance(value, str) and name.isupper() and name[0] != '_': print(name, value)";
    let output = match Command::new("python3").args(["-c", PROGRAM]).output() {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).expect("text"),
        Ok(output) => panic!("python3 is there, and fails: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => return println!("not compared with the installed Python: {error}"),
    };
    let (texts, numbers): (Vec<_>, Vec<_>) =
        output.lines().filter_map(|line| line.split_once(' ')).partition(|(_, value)| value.parse::<i64>().is_err());
    assert!(numbers.len() > 300, "{} numbers", numbers.len());
    let differ = differences(without_errors(numbers.into_iter().map(|(name, value)| (name, number(value)))));
    assert!(differ.is_empty(), "{differ:#?}");
    for (name, text) in texts {
        assert_eq!(c::text_by_name(name), Some(text), "{name}");
    }
}

#[test]
fn every_documented_constant_is_there() {
    let files = [
        ("macos", include_str!("../../src/c/macos.rs")),
        ("freebsd", include_str!("../../src/c/freebsd.rs")),
        ("windows", include_str!("../../src/c/windows.rs")),
    ];
    let declared = |file: &str, name: &str| {
        file.lines().any(|line| {
            let rest = line.trim_start().strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with([':', ';', ' ']))
        })
    };
    let rows = rows("documented.tsv");
    assert!(rows.len() > 145, "{} rows", rows.len());
    for row in rows {
        for system in row[1].split(' ') {
            let is_there = match files.iter().find(|(name, _)| *name == system) {
                Some((_, file)) => declared(file, &row[0]),
                None if system == "linux" => {
                    !cfg!(target_os = "linux") || c::by_name(&row[0]).is_some() || c::text_by_name(&row[0]).is_some()
                }
                None => system == "openbsd",
            };
            assert!(is_there, "{} on {system}", row[0]);
        }
    }
}

/// `windows.rs` is literals, so that what it says can be read without its system.
#[test]
fn numbers_of_windows_are_those_of_its_metadata() {
    let file = include_str!("../../src/c/windows.rs");
    let literal = |name: &str| {
        let ends = |rest: &&str| rest.starts_with([':', ' ']);
        let line = file.lines().find_map(|line| line.trim().strip_prefix(name).filter(ends)?.split_once(" = "));
        let text = line?.1.strip_suffix(';')?;
        text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |hex| i64::from_str_radix(hex, 16).ok())
    };
    let rows = rows("windows.tsv");
    assert!(rows.len() > 200, "{} rows", rows.len());
    for row in rows {
        assert_eq!(literal(&row[0]), Some(number(&row[1])), "{}", row[0]);
    }
}
