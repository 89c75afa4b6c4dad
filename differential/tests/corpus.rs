//! Each program of `fixtures/differential/`, in both worlds. Without root only in the simulator, against what Linux answered once.
//!
//! `WAVETANK_BLESS=1` writes down what Linux answers now, for who has kept a new program; read it before it is committed.

use std::{cell::RefCell, fs};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use wavetank_differential::{
    corpus::{self, Kept},
    world::RealTank,
};

thread_local! {
    /// Namespaces belong to the thread that made them.
    static TANK: RefCell<Option<RealTank>> = const { RefCell::new(None) };
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let kept = corpus::read_all(&corpus::folder()).unwrap_or_else(|error| panic!("{error}"));
    assert!(!kept.is_empty(), "{} is empty", corpus::folder().display());
    let trials = kept.into_iter().map(|kept| Trial::ignorable_test(kept.name.clone(), move || check(&kept))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(kept: &Kept) -> Result<Completion, Failed> {
    if !["# Linux: ", "# Simulator once: "].iter().all(|says| kept.head.lines().any(|line| line.starts_with(says))) {
        return Err("its head says not what `# Linux: ` does, or what the `# Simulator once: ` did".into());
    }
    TANK.with_borrow_mut(|tank| {
        if tank.as_ref().is_none_or(RealTank::is_used_up) {
            match RealTank::new() {
                Ok(new) => *tank = Some(new),
                Err(error) if error.is_not_allowed() => {
                    kept.check(None)?;
                    return Ok(Completion::ignored_with(format!("in the simulator only: {error}")));
                }
                Err(error) => return Err(error.to_string().into()),
            }
        }
        let tank = tank.as_ref().ok_or("made above")?;
        if std::env::var_os("WAVETANK_BLESS").is_some_and(|value| value == "1") {
            let text = kept.blessed(tank);
            fs::write(&kept.path, text)?;
            Kept::read(&kept.path)?.check(Some(tank))?;
        } else {
            kept.check(Some(tank))?;
        }
        Ok(Completion::Completed)
    })
}
