//! A Bluetooth controller that does not exist: the other side of `/dev/vhci`, which answers every command with success. Nobody is within
//! its reach.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// The first byte of what is read and written: the Bluetooth Core Specification, volume 4 part A section 2.
const COMMAND: u8 = 1;
const EVENT: u8 = 4;
/// Of `/dev/vhci` itself: what was made, or is to be.
const VENDOR: u8 = 0xff;

const COMMAND_COMPLETE: u8 = 0x0e;
const COMMAND_STATUS: u8 = 0x0f;
const CONNECTION_COMPLETE: u8 = 0x03;

/// Its address, most significant byte first.
pub(crate) const ADDRESS: [u8; 6] = [0x66, 0x55, 0x44, 0x33, 0x22, 0x11];

/// A controller, until it is dropped.
#[derive(Debug)]
pub(crate) struct Controller {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    index: u16,
}

impl Controller {
    /// A new one, which the kernel begins to set up.
    pub(crate) fn new() -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open("/dev/vhci")?;
        file.write_all(&[VENDOR, 0])?;
        let mut told = [0; 4];
        while let Err(error) = file.read_exact(&mut told) {
            if error.kind() != ErrorKind::WouldBlock {
                return Err(error);
            }
            thread::sleep(PAUSE);
        }
        let index = u16::from_le_bytes([told[2], told[3]]);
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        let thread = thread::Builder::new().name("controller".to_owned()).spawn(move || answer_all(file, &seen))?;
        Ok(Self { is_over, thread: Some(thread), index })
    }

    /// Its number: it is `hci0` if this is 0.
    pub(crate) const fn index(&self) -> u16 {
        self.index
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// How long the controller sleeps when nobody asks anything.
const PAUSE: Duration = Duration::from_millis(2);

/// How long it looks for a device.
const PAGE: Duration = Duration::from_millis(50);

fn answer_all(mut file: File, is_over: &AtomicBool) {
    let mut packet = [0; 2_048];
    while !is_over.load(Ordering::Relaxed) {
        match file.read(&mut packet) {
            Ok(count) if packet[0] == COMMAND && count >= 4 => {
                for event in answers(u16::from_le_bytes([packet[1], packet[2]]), &packet[4..count]) {
                    // A page that nobody answers takes its time: five seconds, usually.
                    if event[1] == CONNECTION_COMPLETE {
                        thread::sleep(PAGE);
                    }
                    // The kernel has gone if it does not want it.
                    drop(file.write_all(&event));
                }
            }
            Ok(_) => {}
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// The events that answer a command. Volume 4 part E, section 7 of the specification.
fn answers(command: u16, parameters: &[u8]) -> Vec<Vec<u8>> {
    const CREATE_CONNECTION: u16 = 0x0405;
    const READ_LOCAL_VERSION: u16 = 0x1001;
    const READ_LOCAL_COMMANDS: u16 = 0x1002;
    const READ_LOCAL_FEATURES: u16 = 0x1003;
    const READ_LOCAL_EXTENDED_FEATURES: u16 = 0x1004;
    const READ_BUFFER_SIZE: u16 = 0x1005;
    const READ_BD_ADDR: u16 = 0x1009;
    /// No LE, no secure simple pairing.
    const FEATURES: [u8; 8] = [0xff, 0xff, 0x8f, 0xfe, 0x9b, 0, 0, 0];
    let [low, high] = command.to_le_bytes();
    let memory: Vec<_> = ADDRESS.iter().rev().copied().collect();
    let mut result = vec![0];
    match command {
        // Version 4.0.
        READ_LOCAL_VERSION => result.extend([6, 0, 0, 6, 0, 0, 0, 0]),
        READ_LOCAL_COMMANDS => result.extend([0xff; 64]),
        READ_LOCAL_FEATURES => result.extend(FEATURES),
        READ_LOCAL_EXTENDED_FEATURES => result.extend([&[0, 0][..], &[0; 8]].concat()),
        // 1,021 bytes of data and 64 of voice, eight of each.
        READ_BUFFER_SIZE => result.extend([0xfd, 3, 64, 8, 0, 8, 0]),
        READ_BD_ADDR => result.extend(&memory),
        // Accepted; and then there is no answer to the page.
        CREATE_CONNECTION => {
            const PAGE_TIMEOUT: u8 = 4;
            let whom = parameters.get(..6).unwrap_or(&[0; 6]);
            let complete = [&[PAGE_TIMEOUT, 0, 0][..], whom, &[1, 0]].concat();
            return vec![event(COMMAND_STATUS, &[0, 1, low, high]), event(CONNECTION_COMPLETE, &complete)];
        }
        _ => result.resize(250, 0),
    }
    vec![event(COMMAND_COMPLETE, &[&[1, low, high][..], &result].concat())]
}

fn event(code: u8, parameters: &[u8]) -> Vec<u8> {
    [&[EVENT, code, parameters.len() as u8][..], parameters].concat()
}
