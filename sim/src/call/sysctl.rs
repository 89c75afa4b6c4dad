//! Reading and writing `/proc/sys`: sysctl(8) of a running machine.

use wavetank_api::{Errno, Result};

use super::{Caller, Told, errno::IntoErrno};
use crate::base::rng::fnv1a;

impl Caller<'_> {
    pub(crate) fn sysctl(&self, name: &str) -> Result<String> {
        let told = Told { call: "sysctl", numbers: [fnv1a(name.as_bytes()), 0, 0], text: || format!("sysctl({name})") };
        let answer = self.call(told, |world| {
            let text = self.host(world).settings.sysctl(name).map(str::to_owned).map_err(IntoErrno::errno)?;
            Ok(((), text))
        });
        answer.map(|((), text)| text)
    }

    pub(crate) fn set_sysctl(&self, name: &str, value: &str) -> Result<()> {
        let told = Told {
            call: "sysctl",
            numbers: [fnv1a(name.as_bytes()), fnv1a(value.as_bytes()), 1],
            text: || format!("sysctl({name}={value:?})"),
        };
        self.call(told, |world| -> Result<(), Errno> {
            self.host_mut(world).settings.set_sysctl(name, value).map_err(IntoErrno::errno)
        })
    }
}
