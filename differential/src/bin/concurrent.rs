//! Scratch: hunts among concurrent programs, and prints what it finds.
use wavetank_differential::concurrent::{Escape, Hunt};

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let arg = |at: usize, or| args.get(at).copied().unwrap_or(or);
    let hunt = Hunt {
        programs: arg(0, 1000),
        seed: arg(1, 0),
        jobs: arg(2, 2) as usize,
        runs: arg(3, 8),
        draw: Default::default(),
    };
    let printed = std::sync::Mutex::new(0);
    let began = std::time::Instant::now();
    let hunted = hunt
        .run(|hunted| {
            let mut printed = printed.lock().unwrap();
            hunted.escapes[*printed..].iter().for_each(print);
            *printed = hunted.escapes.len();
            if hunted.programs % 500 == 0 {
                eprintln!("{:?}: {} programs, {} escapes", began.elapsed(), hunted.programs, hunted.escapes.len());
            }
        })
        .unwrap();
    println!(
        "{} programs, {} calls, {} runs on the kernel with {} outcomes, {} programs with several, {} in which a thread waits for ever, \
         {} runs in the simulator, {} escapes, {:?}",
        hunted.programs,
        hunted.calls,
        hunted.runs,
        hunted.outcomes,
        hunted.various,
        hunted.blocked,
        hunted.simulated,
        hunted.escapes.len(),
        began.elapsed(),
    );
}

fn print(escape: &Escape) {
    println!("== seed {}\n{}", escape.seed, escape.program);
    println!("-- real\n{}", escape.outcome);
    match (&escape.nearest, &escape.failure) {
        (_, Some(failure)) => println!("-- the simulation failed\n{failure}"),
        (Some(nearest), _) => println!("-- nearest in the simulator\n{nearest}"),
        _ => {}
    }
}
