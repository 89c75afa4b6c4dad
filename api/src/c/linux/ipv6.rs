//! `IPV6_*`: netinet/in.h, linux/in6.h.

use crate::c::constants;

constants! { IPV6;
    // Options of IPv6, `ipv6(7)`, RFC 3493, RFC 3542: their types and errors stand at [`option`](crate::option).
    /// Turns a socket with a mapped IPv4 address into an IPv4 socket.
    IPV6_ADDRFORM;
    /// [`IPV6_PKTINFO`] of RFC 2292.
    IPV6_2292PKTINFO;
    /// [`IPV6_HOPOPTS`] of RFC 2292.
    IPV6_2292HOPOPTS;
    /// [`IPV6_DSTOPTS`] of RFC 2292.
    IPV6_2292DSTOPTS;
    /// [`IPV6_RTHDR`] of RFC 2292.
    IPV6_2292RTHDR;
    /// The control messages of the last packet of a stream, RFC 2292.
    IPV6_2292PKTOPTIONS;
    /// Where the checksum of a raw packet lies.
    IPV6_CHECKSUM;
    /// [`IPV6_HOPLIMIT`] of RFC 2292.
    IPV6_2292HOPLIMIT;
    /// The address of the next hop.
    IPV6_NEXTHOP;
    /// Reserved for the authentication header.
    IPV6_AUTHHDR;
    /// Receives flow label and traffic class of a packet.
    IPV6_FLOWINFO;
    /// The hop limit.
    IPV6_UNICAST_HOPS;
    /// The interface of outgoing multicast packets.
    IPV6_MULTICAST_IF;
    /// The hop limit of multicast packets.
    IPV6_MULTICAST_HOPS;
    /// Whether multicast packets come back to this host.
    IPV6_MULTICAST_LOOP;
    /// Joins a multicast group.
    IPV6_JOIN_GROUP = 20;
    /// Another name of [`IPV6_JOIN_GROUP`].
    IPV6_ADD_MEMBERSHIP;
    /// Leaves a multicast group.
    IPV6_LEAVE_GROUP = 21;
    /// Another name of [`IPV6_LEAVE_GROUP`].
    IPV6_DROP_MEMBERSHIP;
    /// Takes packets with the router alert option.
    IPV6_ROUTER_ALERT;
    /// Whether the path's MTU is looked for.
    IPV6_MTU_DISCOVER;
    /// The known MTU of the path.
    IPV6_MTU;
    /// Queues ICMP errors.
    IPV6_RECVERR;
    /// Takes IPv6 only.
    IPV6_V6ONLY;
    /// Takes an anycast address.
    IPV6_JOIN_ANYCAST;
    /// Leaves an anycast address.
    IPV6_LEAVE_ANYCAST;
    /// Whether packets to any group joined on this host are taken.
    IPV6_MULTICAST_ALL;
    /// Router alert packets of this socket's namespace only.
    IPV6_ROUTER_ALERT_ISOLATE;
    /// Errors in the queue carry RFC 4884's extensions.
    IPV6_RECVERR_RFC4884 = 31;
    /// Takes and releases flow labels.
    IPV6_FLOWLABEL_MGR;
    /// Sends with the flow label of the address.
    IPV6_FLOWINFO_SEND;
    /// A policy of IPsec, in the form of `PF_KEY`.
    IPV6_IPSEC_POLICY;
    /// A policy of IPsec, in the form of XFRM.
    IPV6_XFRM_POLICY;
    /// The program writes the IPv6 header.
    IPV6_HDRINCL;
    /// Receives destination and interface of a packet.
    IPV6_RECVPKTINFO;
    /// The source and the interface of outgoing packets.
    IPV6_PKTINFO;
    /// Receives the hop limit of a packet.
    IPV6_RECVHOPLIMIT;
    /// The hop limit, as a control message.
    IPV6_HOPLIMIT;
    /// Receives the hop-by-hop options.
    IPV6_RECVHOPOPTS;
    /// The hop-by-hop options.
    IPV6_HOPOPTS;
    /// The destination options before a routing header.
    IPV6_RTHDRDSTOPTS;
    /// Receives the routing header.
    IPV6_RECVRTHDR;
    /// The routing header.
    IPV6_RTHDR;
    /// Receives the destination options.
    IPV6_RECVDSTOPTS;
    /// The destination options.
    IPV6_DSTOPTS;
    /// An earlier name of [`IPV6_HOPOPTS`].
    IPV6_RXHOPOPTS = 54;
    /// An earlier name of [`IPV6_DSTOPTS`].
    IPV6_RXDSTOPTS = 59;
    /// Receives a change of the path's MTU.
    IPV6_RECVPATHMTU;
    /// The path's MTU with its destination.
    IPV6_PATHMTU;
    /// Never fragments.
    IPV6_DONTFRAG;
    /// Receives the traffic class of a packet.
    IPV6_RECVTCLASS;
    /// The traffic class.
    IPV6_TCLASS;
    /// Whether a flow label is made of the addresses.
    IPV6_AUTOFLOWLABEL;
    /// Which of several source addresses is preferred, RFC 5014.
    IPV6_ADDR_PREFERENCES;
    /// The least hop limit a packet may arrive with.
    IPV6_MINHOPCOUNT;
    /// Receives the original destination of a redirected packet.
    IPV6_ORIGDSTADDR;
    /// The same number as [`IPV6_ORIGDSTADDR`].
    IPV6_RECVORIGDSTADDR;
    /// Takes packets for any address.
    IPV6_TRANSPARENT;
    /// The interface of outgoing packets.
    IPV6_UNICAST_IF;
    /// Receives the size of the largest fragment.
    IPV6_RECVFRAGSIZE;
    /// Lets `bind` take an address this host does not have.
    IPV6_FREEBIND;

    // Values of those options.
    /// Never probes for the path's MTU.
    IPV6_PMTUDISC_DONT;
    /// As the route says.
    IPV6_PMTUDISC_WANT;
    /// Always; `EMSGSIZE` for what is too long.
    IPV6_PMTUDISC_DO;
    /// Always, ignore the known MTU.
    IPV6_PMTUDISC_PROBE;
    /// The interface's MTU, whatever ICMP says.
    IPV6_PMTUDISC_INTERFACE;
    /// As [`IPV6_PMTUDISC_INTERFACE`], but fragment what is too long.
    IPV6_PMTUDISC_OMIT;
    /// The next hop need not be a neighbour.
    IPV6_RTHDR_LOOSE;
    /// The next hop is a neighbour.
    IPV6_RTHDR_STRICT;
    /// Source routing, which RFC 5095 withdrew.
    IPV6_RTHDR_TYPE_0 = 0;
    /// Prefer a temporary address.
    IPV6_PREFER_SRC_TMP;
    /// Prefer a public address.
    IPV6_PREFER_SRC_PUBLIC;
    /// As the system says.
    IPV6_PREFER_SRC_PUBTMP_DEFAULT;
    /// Prefer a care-of address.
    IPV6_PREFER_SRC_COA;
    /// Prefer a home address.
    IPV6_PREFER_SRC_HOME;
    /// Prefer a cryptographic address.
    IPV6_PREFER_SRC_CGA;
    /// Prefer one that is not.
    IPV6_PREFER_SRC_NONCGA;
    /// [`IPV6_FLOWLABEL_MGR`]: take a label.
    IPV6_FL_A_GET = 0;
    /// [`IPV6_FLOWLABEL_MGR`]: release a label.
    IPV6_FL_A_PUT = 1;
    /// [`IPV6_FLOWLABEL_MGR`]: keep a label longer.
    IPV6_FL_A_RENEW = 2;
    /// Make the label if there is none.
    IPV6_FL_F_CREATE = 1;
    /// Fail if there is one.
    IPV6_FL_F_EXCL = 2;
    /// Answer with the label of the packet that came.
    IPV6_FL_F_REFLECT = 4;
    /// Read the label that came.
    IPV6_FL_F_REMOTE = 8;
    /// The label is not shared.
    IPV6_FL_S_NONE = 0;
    /// The label is this socket's.
    IPV6_FL_S_EXCL = 1;
    /// The label is this process's.
    IPV6_FL_S_PROCESS = 2;
    /// The label is this user's.
    IPV6_FL_S_USER = 3;
    /// The label is everybody's.
    IPV6_FL_S_ANY = 255;
}
