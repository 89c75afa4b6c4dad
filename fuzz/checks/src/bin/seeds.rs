//! Writes the seed corpora into `fixtures/fuzz/`. What was found by fuzzing lies there too, and stays.

use std::{fs, io, path::Path};

use wavetank_fuzz_checks::TARGETS;

fn main() -> io::Result<()> {
    for target in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/fuzz").join(target.name);
        fs::create_dir_all(&folder)?;
        let seeds = (target.seeds)();
        for (name, bytes) in &seeds {
            fs::write(folder.join(name), bytes)?;
        }
        println!("{}: {} seeds of {} inputs", target.name, seeds.len(), fs::read_dir(&folder)?.count());
    }
    Ok(())
}
