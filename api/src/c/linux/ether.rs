//! `ETH_*`, the types of Ethernet frames: linux/if_ether.h, net/ethernet.h. In host byte order; an address wants network byte order.

use crate::c::constants;

constants! { ETHER;
    // Sizes.
    /// Bytes of an address.
    ETH_ALEN;
    /// Bytes of the header.
    ETH_HLEN;
    /// Bytes of the shortest frame, without its checksum.
    ETH_ZLEN;
    /// Bytes of the longest payload.
    ETH_DATA_LEN;
    /// Bytes of the longest frame, without its checksum.
    ETH_FRAME_LEN;

    // Types on the wire.
    /// Ethernet loopback.
    ETH_P_LOOP;
    /// PARC universal packet.
    ETH_P_PUP;
    /// PARC address translation.
    ETH_P_PUPAT;
    /// Time sensitive transport, IEEE 1722.
    ETH_P_TSN = 0x22f0;
    /// ERSPAN version 2.
    ETH_P_ERSPAN2 = 0x22eb;
    /// IPv4.
    ETH_P_IP;
    /// ITU X.25.
    ETH_P_X25;
    /// Address resolution.
    ETH_P_ARP;
    /// G8BPQ AX.25.
    ETH_P_BPQ;
    /// PARC universal packet of Xerox 802.3.
    ETH_P_IEEEPUP;
    /// PARC address translation of Xerox 802.3.
    ETH_P_IEEEPUPAT;
    /// B.A.T.M.A.N. Advanced.
    ETH_P_BATMAN;
    /// DEC, assigned.
    ETH_P_DEC;
    /// DEC DNA dump and load.
    ETH_P_DNA_DL;
    /// DEC DNA remote console.
    ETH_P_DNA_RC;
    /// DEC DNA routing.
    ETH_P_DNA_RT;
    /// DEC LAT.
    ETH_P_LAT;
    /// DEC diagnostics.
    ETH_P_DIAG;
    /// DEC, for customers.
    ETH_P_CUST;
    /// DEC systems communications.
    ETH_P_SCA;
    /// Transparent Ethernet bridging.
    ETH_P_TEB;
    /// Reverse address resolution.
    ETH_P_RARP;
    /// AppleTalk.
    ETH_P_ATALK;
    /// AppleTalk address resolution.
    ETH_P_AARP;
    /// A tag of IEEE 802.1Q.
    ETH_P_8021Q;
    /// ERSPAN type II.
    ETH_P_ERSPAN = 0x88be;
    /// IPX.
    ETH_P_IPX;
    /// IPv6.
    ETH_P_IPV6;
    /// Pause of IEEE 802.3.
    ETH_P_PAUSE;
    /// Slow protocols of IEEE 802.3.
    ETH_P_SLOW;
    /// Web cache coordination.
    ETH_P_WCCP;
    /// PPPoE discovery.
    ETH_P_PPP_DISC;
    /// PPPoE session.
    ETH_P_PPP_SES;
    /// MPLS, unicast.
    ETH_P_MPLS_UC;
    /// MPLS, multicast.
    ETH_P_MPLS_MC;
    /// Multiprotocol over ATM.
    ETH_P_ATMMPOA;
    /// Frames over ATM.
    ETH_P_ATMFATE;
    /// Link control of HPNA.
    ETH_P_LINK_CTL;
    /// Port access, IEEE 802.1X.
    ETH_P_PAE;
    /// PROFINET.
    ETH_P_PROFINET = 0x8892;
    /// Several protocols of Realtek.
    ETH_P_REALTEK = 0x8899;
    /// ATA over Ethernet.
    ETH_P_AOE;
    /// EtherCAT.
    ETH_P_ETHERCAT = 0x88a4;
    /// A service tag of IEEE 802.1ad.
    ETH_P_8021AD;
    /// Local experiment 1 of IEEE 802.
    ETH_P_802_EX1;
    /// Pre-authentication of IEEE 802.11.
    ETH_P_PREAUTH = 0x88c7;
    /// TIPC.
    ETH_P_TIPC;
    /// Link layer discovery, IEEE 802.1AB.
    ETH_P_LLDP;
    /// Media redundancy.
    ETH_P_MRP = 0x88e3;
    /// IEEE 802.1ae.
    ETH_P_MACSEC;
    /// A backbone tag of IEEE 802.1ah.
    ETH_P_8021AH;
    /// Multiple VLAN registration, IEEE 802.1Q.
    ETH_P_MVRP;
    /// Precision time, IEEE 1588.
    ETH_P_1588;
    /// Network controller sideband.
    ETH_P_NCSI = 0x88f8;
    /// Parallel redundancy, IEC 62439-3.
    ETH_P_PRP;
    /// Connectivity fault management.
    ETH_P_CFM = 0x8902;
    /// Fibre Channel over Ethernet.
    ETH_P_FCOE;
    /// InfiniBand over Ethernet.
    ETH_P_IBOE = 0x8915;
    /// Tunnelled direct link setup.
    ETH_P_TDLS;
    /// FCoE initialisation.
    ETH_P_FIP;
    /// Media independent handover, IEEE 802.21.
    ETH_P_80221;
    /// Seamless redundancy, IEC 62439-3.
    ETH_P_HSR = 0x892f;
    /// Network service header.
    ETH_P_NSH = 0x894f;
    /// Ethernet configuration test.
    ETH_P_LOOPBACK;
    /// Tag in tag, an old number.
    ETH_P_QINQ1;
    /// Tag in tag, an old number.
    ETH_P_QINQ2;
    /// Tag in tag, an old number.
    ETH_P_QINQ3;
    /// Switch tag of Marvell, with a type.
    ETH_P_EDSA;
    /// Switch tag over 802.1Q.
    ETH_P_DSA_8021Q = 0xdadb;
    /// Switch tag of Renesas.
    ETH_P_DSA_A5PSW = 0xe001;
    /// Inter-FE, RFC 8013.
    ETH_P_IFE = 0xed3e;
    /// IUCV over Ethernet.
    ETH_P_AF_IUCV;
    /// A number below this is a length.
    ETH_P_802_3_MIN;

    // Numbers that are on no wire.
    /// Frames with a length.
    ETH_P_802_3;
    /// AX.25.
    ETH_P_AX25;
    /// Every frame.
    ETH_P_ALL;
    /// Frames of IEEE 802.2.
    ETH_P_802_2;
    /// Frames of SNAP.
    ETH_P_SNAP;
    /// DEC DDCMP.
    ETH_P_DDCMP;
    /// PPP of a WAN driver.
    ETH_P_WAN_PPP;
    /// PPP multilink.
    ETH_P_PPP_MP;
    /// LocalTalk.
    ETH_P_LOCALTALK;
    /// Classic CAN frames.
    ETH_P_CAN = 12;
    /// CAN FD frames.
    ETH_P_CANFD;
    /// CAN XL frames.
    ETH_P_CANXL = 14;
    /// AppleTalk over PPP.
    ETH_P_PPPTALK;
    /// IEEE 802.2 on token ring.
    ETH_P_TR_802_2;
    /// Mobitex.
    ETH_P_MOBITEX;
    /// Control frames of a card.
    ETH_P_CONTROL;
    /// Infrared.
    ETH_P_IRDA;
    /// Acorn Econet.
    ETH_P_ECONET;
    /// HDLC.
    ETH_P_HDLC;
    /// ARCnet.
    ETH_P_ARCNET;
    /// Switch tag of Marvell.
    ETH_P_DSA;
    /// Switch tag at the end.
    ETH_P_TRAILER;
    /// Phonet.
    ETH_P_PHONET;
    /// IEEE 802.15.4.
    ETH_P_IEEE802154;
    /// CAIF.
    ETH_P_CAIF;
    /// Multiplexed switch tags.
    ETH_P_XDSA = 248;
    /// Qualcomm's multiplexing.
    ETH_P_MAP = 249;
    /// Management component transport protocol.
    ETH_P_MCTP = 250;

    // BSD's names of some of these.
    /// PARC universal packet.
    ETHERTYPE_PUP = 512;
    /// Sprite.
    ETHERTYPE_SPRITE = 1280;
    /// Reverse address resolution.
    ETHERTYPE_REVARP = 0x8035;
    /// AppleTalk.
    ETHERTYPE_AT = 0x809b;
    /// AppleTalk address resolution.
    ETHERTYPE_AARP = 0x80f3;
    /// IPX.
    ETHERTYPE_IPX = 0x8137;
    /// Ethernet configuration test.
    ETHERTYPE_LOOPBACK = 0x9000;
    /// The first of the trailer packets.
    ETHERTYPE_TRAIL = 0x1000;
    /// How many types of trailer packets there are.
    ETHERTYPE_NTRAILER = 16;
}
