//! What is permitted, and when.

use std::collections::BTreeSet;

use super::{Verdict, judge};
use crate::{DIFFERENCES, cases};

const PERMITTED: &str = "it must be so";

#[test]
fn a_difference_must_be_permitted_and_must_occur() {
    let failed = ["IPv4 on loopback: expected 1, got 2".to_owned()];
    let rows = [
        (None, &[][..], Verdict::Passed),
        (None, &failed, Verdict::Failed),
        (Some(PERMITTED), &failed, Verdict::Differs),
        (Some(PERMITTED), &[], Verdict::Failed),
    ];
    for (permitted, failed, verdict) in rows {
        assert_eq!(judge(permitted, failed, &[]).0, verdict, "{permitted:?} {failed:?}");
    }
}

#[test]
fn every_name_is_one_cases_alone() {
    let names: BTreeSet<_> = cases().iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases().len());
    for difference in DIFFERENCES {
        assert!(names.contains(difference.case), "differences.rs names {:?}, which is no case", difference.case);
    }
}

#[test]
fn every_case_says_what_and_whence() {
    for case in cases() {
        assert!(!case.statement.contains('\n') && !case.statement.is_empty(), "{}", case.name);
        assert!(!case.source.is_empty(), "{}", case.name);
    }
}
