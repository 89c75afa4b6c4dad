//! The results as JUnit's XML, which GitLab, Jenkins and GitHub's actions read: a suite for each world, a class for each topic.
//!
//! What is permitted to differ passes, with the reason as its output; what is absent is skipped, as what a machine cannot run.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{CaseResult, Results, Verdict, World};

/// The document; `made_by` is told as a property of each suite, with the machine.
pub fn junit(results: &Results, made: &super::Made) -> String {
    let mut report = Report::new("wavetank conform");
    let mut worlds: Vec<World> = Vec::new();
    results.cases.iter().map(|case| case.world).for_each(|world| {
        if !worlds.contains(&world) {
            worlds.push(world);
        }
    });
    for world in worlds {
        let cases: Vec<_> = results.cases.iter().filter(|case| case.world == world).collect();
        let mut suite = TestSuite::new(world.name());
        suite.add_property(("command", made.by.as_str()));
        suite.add_property(("machine", made.on.as_str()));
        suite.set_time(cases.iter().map(|case| took(case)).sum());
        suite.add_test_cases(cases.into_iter().map(test_case));
        report.add_test_suite(suite);
    }
    let text = report.to_string().expect("a text takes whatever is written into it");
    // A count of the whole that no schema of JUnit's has: Jenkins' xUnit plugin refuses the document for it. The first is the whole's.
    text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1)
}

fn test_case(case: &CaseResult) -> TestCase {
    let reason = case.reason.as_deref().unwrap_or_default();
    let status = match case.verdict {
        Verdict::Passed | Verdict::Differs => TestCaseStatus::success(),
        Verdict::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(first_line(reason)).set_description(reason);
            status
        }
        Verdict::Skipped | Verdict::Absent => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}: {}", case.verdict.name(), first_line(reason)));
            status
        }
    };
    let mut test = TestCase::new(case.name, status);
    // Jenkins takes what is before the last dot for a package.
    test.set_classname(format!("{}.{}", case.world, crate::case::topic(case.name).replace("::", ".")));
    test.set_time(took(case));
    let said = match case.verdict {
        Verdict::Differs => format!("differs, which is permitted: {reason}"),
        Verdict::Passed => reason.to_owned(),
        Verdict::Failed | Verdict::Skipped | Verdict::Absent => String::new(),
    };
    test.set_system_out(format!("{} ({})\n{said}", case.statement, case.source).trim_end());
    test
}

fn took(case: &CaseResult) -> Duration {
    Duration::from_millis(case.millis)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
