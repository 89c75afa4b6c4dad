//! Scratch: hunts, and prints what it finds.
fn main() {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let (programs, seed, jobs) =
        (args.first().copied().unwrap_or(1000), args.get(1).copied().unwrap_or(0), args.get(2).copied().unwrap_or(2));
    let hunt = wavetank_differential::Hunt { seed, programs, jobs: jobs as usize, draw: Default::default() };
    let hunted = hunt.run(|_| ()).unwrap();
    let mut findings: Vec<_> = hunted.findings.iter().collect();
    findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.count));
    for (signature, finding) in findings {
        println!("== {} x {signature}  (seed {})", finding.count, finding.seed);
        if finding.program.hosts != 1 {
            println!("hosts {}", finding.program.hosts);
        }
        for (at, call) in finding.program.calls.iter().enumerate() {
            println!("{call}  # {at}");
        }
        println!("{}", finding.difference);
    }
    println!(
        "{} programs, {} calls, {} passing, {} differing",
        hunted.programs, hunted.calls, hunted.passing, hunted.differing
    );
}
