//! What several calls send as one datagram, under UDP_CORK or MSG_MORE: `ip_append_data`, `udp_push_pending_frames`,
//! `udp_flush_pending_frames`.

use super::{Body, Env, Host, How, RareSwitches, UdpSendError, Way};
use crate::{
    base::SocketId,
    proto::udp::{Aim, Udp},
};

impl Host {
    fn udp_mut(&mut self, id: SocketId) -> Option<&mut Udp> {
        match &mut self.sockets.get_mut(id)?.body {
            Body::Udp(udp) => Some(udp),
            _ => None,
        }
    }

    /// Whether the socket gathers for IPv4, or for IPv6; `None` if it does not.
    pub(crate) fn udp_gathers_for_v4(&self, id: SocketId) -> Option<bool> {
        match &self.sockets[id].body {
            Body::Udp(udp) => Some(udp.pending.as_ref()?.to.is_ipv4()),
            _ => None,
        }
    }

    /// Whether the socket is corked.
    pub(crate) fn udp_is_corked(&self, id: SocketId) -> bool {
        self.sockets[id].has_udp(RareSwitches::UDP_CORK)
    }

    /// Begins to gather: where to and how is what this call says, and no later one.
    pub(crate) fn udp_gather(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        to: (Way, u16),
        parts: &[&[u8]],
        how: &How,
    ) -> Result<(), UdpSendError> {
        let mut outgoing = self.udp_outgoing(id, to, how);
        if let Some(udp) = self.udp_mut(id).filter(|_| outgoing.to.is_ipv4()) {
            udp.aim = Some(Aim { source: outgoing.from.ip(), to: outgoing.to });
        }
        self.udp_add(env, id, &mut outgoing, parts)?;
        parts.iter().for_each(|part| outgoing.data.extend_from_slice(part));
        if let Some(udp) = self.udp_mut(id) {
            outgoing.is_gathered = true;
            udp.pending = Some(Box::new(outgoing));
        }
        Ok(())
    }

    /// More data. If it is too much, all is thrown away.
    pub(crate) fn udp_append(&mut self, env: &mut Env<'_>, id: SocketId, parts: &[&[u8]]) -> Result<(), UdpSendError> {
        let Some(mut pending) = self.udp_mut(id).and_then(|udp| udp.pending.take()) else { return Ok(()) };
        self.udp_add(env, id, &mut pending, parts)?;
        parts.iter().for_each(|part| pending.data.extend_from_slice(part));
        if let Some(udp) = self.udp_mut(id) {
            udp.pending = Some(pending);
        }
        Ok(())
    }

    /// Sends what was gathered, from the port that the socket has by now.
    pub(crate) fn udp_push(&mut self, env: &mut Env<'_>, id: SocketId) -> Result<(), UdpSendError> {
        let Some(mut pending) = self.udp_mut(id).and_then(|udp| udp.pending.take()) else { return Ok(()) };
        if pending.to.is_ipv4() {
            pending.from.set_port(self.sockets[id].local.map_or(0, |local| local.port()));
        }
        self.udp_leave(env, id, &pending, &[&pending.data])
    }
}
