//! The recipes for CI: the script does what it says, and the forms for GitHub and GitLab call it and nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use yaml_rust2::{Yaml, YamlLoader};

fn recipes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ci")
}

/// The script with this command of a shell's, and results asked for in a folder of its own.
fn run(name: &str, command: &str) -> (Output, PathBuf) {
    let folder = std::env::temp_dir().join(format!("wavetank-ci-{}-{name}", std::process::id()));
    let mut script = Command::new(recipes().join("run"));
    let output = script.arg("--junit").arg(&folder).args(["bash", "-c", command]).output().expect("the script starts");
    (output, folder)
}

const ONE_CASE: &str = r#"echo '<testsuite><testcase name="a"/></testsuite>' > "$WAVETANK_JUNIT/mine.xml""#;

#[test]
fn the_script_ends_as_the_command_does() {
    for (name, end, expected) in [("well", "true", 0), ("failed", "exit 101", 101)] {
        let (output, folder) = run(name, &format!("{ONE_CASE}; {end}"));
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(expected), "{output:?}");
        assert!(said.contains("mine.xml: 1 cases"), "{said}");
        fs::remove_dir_all(folder).expect("the folder is there");
    }
}

#[test]
fn a_run_of_nothing_is_no_success() {
    let no_case = r#"echo '<testsuite/>' > "$WAVETANK_JUNIT/mine.xml""#;
    for (name, command, told) in [("silent", "true", "left no results"), ("empty", no_case, "no case was run")] {
        let (output, folder) = run(name, command);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(said.contains(told), "{said}");
        fs::remove_dir_all(folder).expect("the folder is there");
    }
}

/// The form for that CI.
fn form(name: &str) -> Yaml {
    let text = fs::read_to_string(recipes().join(name)).expect("the form is there");
    let documents = YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(documents.len(), 1, "{name}");
    documents.into_iter().next().expect("there is one")
}

/// The folder that a line gives the script, which is all that it runs.
fn folder_of(line: &Yaml, prefix: &str) -> String {
    let line = line.as_str().expect("a line of a shell");
    let rest = line.strip_prefix(prefix).unwrap_or_else(|| panic!("it is not the script that is called: {line}"));
    let folder = rest.replace(" --modules", "");
    let folder = folder.strip_prefix("conformance/ci/run --junit ").unwrap_or_else(|| panic!("not understood: {line}"));
    assert!(!folder.contains([' ', ';', '&', '|']), "more than the script: {line}");
    folder.to_owned()
}

#[test]
fn github_calls_the_script_and_keeps_the_results() {
    let steps = &form("github.yml")["jobs"]["linux"]["steps"];
    let steps = steps.as_vec().expect("a job has steps");
    let lines: Vec<_> = steps.iter().map(|step| &step["run"]).filter(|line| !line.is_badvalue()).collect();
    assert_eq!(lines.len(), 1, "one step runs something");
    let folder = folder_of(lines[0], r#"sudo --preserve-env env "PATH=$PATH" "#);
    let upload = steps.last().expect("there is a last one");
    assert_eq!(upload["if"].as_str(), Some("always()"));
    assert_eq!(upload["with"]["path"].as_str(), Some(&*format!("{folder}/*.xml")));
}

#[test]
fn gitlab_calls_the_script_and_shows_the_results() {
    let job = &form("gitlab.yml")["conformance"];
    let lines = job["script"].as_vec().expect("a job has a script");
    assert_eq!(lines.len(), 1);
    let folder = folder_of(&lines[0], "");
    assert_eq!(job["artifacts"]["when"].as_str(), Some("always"));
    assert_eq!(job["artifacts"]["reports"]["junit"].as_str(), Some(&*format!("{folder}/*.xml")));
}

/// As `rust-version` of the workspace.
#[test]
fn gitlabs_image_has_a_rust_that_is_new_enough() {
    let image = form("gitlab.yml")["conformance"]["image"].as_str().expect("a job has an image").to_owned();
    assert!(image.starts_with(concat!("rust:", env!("CARGO_PKG_RUST_VERSION"))), "{image}");
}
