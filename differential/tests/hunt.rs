//! A share of the hunt: the same programs each time. All of it is `cargo tank differ --programs 1000000`.

use wavetank_differential::{Hunt, Hunted, Only, Programs};

/// A core that is overworked may confirm a difference that is none: what differs must do so as often as this.
const TIMES: usize = 3;

#[test]
fn the_worlds_agree() {
    let hunt = |seed, programs| {
        let hunt = Hunt { seed, programs, jobs: 2, draw: Programs::default(), only: Only::default() };
        hunt.run(|_| ())
    };
    let hunted = match hunt(0, 1_000) {
        Err(error) if error.is_not_allowed() => return eprintln!("skipped: no two hosts of the real world: {error}"),
        hunted => hunted.unwrap_or_else(|error| panic!("{error}")),
    };
    assert_eq!(hunted.programs, 1_000);
    let again = |seed| hunt(seed, 1).is_ok_and(|hunted: Hunted| hunted.differing > 0);
    let findings: Vec<_> = hunted
        .findings
        .iter()
        .filter(|(_, finding)| (1..TIMES).all(|_| again(finding.seed)))
        .map(|(signature, finding)| {
            format!("{signature}, seed {}\n{}{}\n", finding.seed, finding.program, finding.difference)
        })
        .collect();
    assert!(
        findings.is_empty(),
        "{} of {} programs differ (real / simulated), among them:\n{}",
        hunted.differing,
        hunted.programs,
        findings.join("\n")
    );
}
