//! `ALG_*`, `NETLINK_*`, `VMADDR_*` with `SO_VM_*`, `QRTR_*`: linux/if_alg.h, linux/netlink.h, linux/vm_sockets.h, linux/qrtr.h.

use crate::c::constants;

constants! { KERNEL;
    // `AF_ALG`: options and control messages of `SOL_ALG`.
    /// The key. An option.
    ALG_SET_KEY;
    /// The initialisation vector: `struct af_alg_iv`. A control message.
    ALG_SET_IV;
    /// Encrypt or decrypt. A control message.
    ALG_SET_OP;
    /// Bytes of associated data. A control message.
    ALG_SET_AEAD_ASSOCLEN;
    /// Bytes of the tag: the length of an option without a value.
    ALG_SET_AEAD_AUTHSIZE;
    /// Entropy of a random number generator, for tests.
    ALG_SET_DRBG_ENTROPY;
    /// The key, by its number in a keyring. Linux 6.2.
    ALG_SET_KEY_BY_KEY_SERIAL = 7;
    /// CPython's; a patch that never came to Linux, where the number is [`ALG_SET_DRBG_ENTROPY`].
    ALG_SET_PUBKEY = 6;
    /// [`ALG_SET_OP`]: decrypt.
    ALG_OP_DECRYPT;
    /// [`ALG_SET_OP`]: encrypt.
    ALG_OP_ENCRYPT;
    /// CPython's; a patch that never came to Linux.
    ALG_OP_SIGN = 2;
    /// CPython's; a patch that never came to Linux.
    ALG_OP_VERIFY = 3;

    // `AF_NETLINK`: protocols.
    /// Interfaces, addresses, routes: `rtnetlink(7)`.
    NETLINK_ROUTE;
    /// Unused.
    NETLINK_UNUSED;
    /// For programs among themselves.
    NETLINK_USERSOCK;
    /// Unused since Linux 3.5.
    NETLINK_FIREWALL;
    /// Sockets: `sock_diag(7)`.
    NETLINK_SOCK_DIAG;
    /// An earlier name of [`NETLINK_SOCK_DIAG`].
    NETLINK_INET_DIAG;
    /// Unused.
    NETLINK_NFLOG;
    /// IPsec.
    NETLINK_XFRM;
    /// Events of SELinux.
    NETLINK_SELINUX;
    /// Open-iSCSI.
    NETLINK_ISCSI;
    /// Audit.
    NETLINK_AUDIT;
    /// Look-ups of routes.
    NETLINK_FIB_LOOKUP;
    /// The kernel's connector.
    NETLINK_CONNECTOR;
    /// Netfilter.
    NETLINK_NETFILTER;
    /// Unused.
    NETLINK_IP6_FW;
    /// DECnet's routes, removed.
    NETLINK_DNRTMSG;
    /// Devices that come and go.
    NETLINK_KOBJECT_UEVENT;
    /// Generic netlink: families by name.
    NETLINK_GENERIC;
    /// SCSI transports.
    NETLINK_SCSITRANSPORT;
    /// eCryptfs.
    NETLINK_ECRYPTFS;
    /// InfiniBand.
    NETLINK_RDMA;
    /// The kernel's ciphers.
    NETLINK_CRYPTO;
    /// Monitoring of SMC.
    NETLINK_SMC = 22;

    // `AF_NETLINK`: options of `SOL_NETLINK`.
    /// Joins a group.
    NETLINK_ADD_MEMBERSHIP;
    /// Leaves a group.
    NETLINK_DROP_MEMBERSHIP;
    /// Receives the group of a message.
    NETLINK_PKTINFO;
    /// `send` to a group fails if a receiver is full.
    NETLINK_BROADCAST_ERROR;
    /// Receives no `ENOBUFS`.
    NETLINK_NO_ENOBUFS;
    /// Removed from Linux 4.6.
    NETLINK_RX_RING;
    /// Removed from Linux 4.6.
    NETLINK_TX_RING;
    /// Receives from other network namespaces too.
    NETLINK_LISTEN_ALL_NSID;
    /// The groups joined.
    NETLINK_LIST_MEMBERSHIPS;
    /// Answers without the request's payload.
    NETLINK_CAP_ACK;
    /// Answers with a text.
    NETLINK_EXT_ACK;
    /// Checks requests for what they must not have.
    NETLINK_GET_STRICT_CHK;

    // `AF_NETLINK`: flags of a message.
    /// A request.
    NLM_F_REQUEST;
    /// Part of several messages.
    NLM_F_MULTI;
    /// An answer is wanted.
    NLM_F_ACK;
    /// The change is to be told to who asked.
    NLM_F_ECHO;
    /// The list changed while it was read.
    NLM_F_DUMP_INTR;
    /// The list was filtered as asked.
    NLM_F_DUMP_FILTERED;
    /// The whole table.
    NLM_F_ROOT;
    /// All that match.
    NLM_F_MATCH;
    /// At one moment.
    NLM_F_ATOMIC;
    /// A list.
    NLM_F_DUMP;
    /// Replace what is there.
    NLM_F_REPLACE;
    /// Fail if it is there.
    NLM_F_EXCL;
    /// Make it if it is not there.
    NLM_F_CREATE;
    /// Add to the end.
    NLM_F_APPEND;
    /// The answer lacks the request's payload.
    NLM_F_CAPPED;
    /// The answer has attributes.
    NLM_F_ACK_TLVS;

    // `AF_VSOCK`.
    /// Any context: for `bind(2)`.
    VMADDR_CID_ANY: u32;
    /// The hypervisor.
    VMADDR_CID_HYPERVISOR;
    /// This machine.
    VMADDR_CID_LOCAL;
    /// The host of this virtual machine.
    VMADDR_CID_HOST;
    /// Any port: for `bind(2)`.
    VMADDR_PORT_ANY: u32;
    /// Always send to the host.
    VMADDR_FLAG_TO_HOST = 1;
    /// Bytes of the buffer.
    SO_VM_SOCKETS_BUFFER_SIZE = 0;
    /// Bytes of the buffer at least.
    SO_VM_SOCKETS_BUFFER_MIN_SIZE = 1;
    /// Bytes of the buffer at most.
    SO_VM_SOCKETS_BUFFER_MAX_SIZE = 2;
    /// VMware's number of the peer.
    SO_VM_SOCKETS_PEER_HOST_VM_ID = 3;
    /// Whether the peer is trusted.
    SO_VM_SOCKETS_TRUSTED = 5;
    /// How long `connect` may take.
    SO_VM_SOCKETS_CONNECT_TIMEOUT = 6;
    /// [`SO_VM_SOCKETS_CONNECT_TIMEOUT`] with the machine's `long`.
    SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD = 6;
    /// [`SO_VM_SOCKETS_CONNECT_TIMEOUT`] with 64 bits of seconds on every machine.
    SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW = 8;
    /// For the kernel's own use.
    SO_VM_SOCKETS_NONBLOCK_TXRX = 7;
    /// No version.
    VM_SOCKETS_INVALID_VERSION: u32 = 0xffffffff;
    /// `ioctl(2)` on /dev/vsock: the context of this machine.
    IOCTL_VM_SOCKETS_GET_LOCAL_CID = 1977;

    // `AF_QIPCRTR`.
    /// Every node.
    QRTR_NODE_BCAST: u32 = 0xffffffff;
    /// The port of control messages.
    QRTR_PORT_CTRL: u32 = 0xfffffffe;
    /// Data.
    QRTR_TYPE_DATA = 1;
    /// A node is there.
    QRTR_TYPE_HELLO = 2;
    /// A node has left.
    QRTR_TYPE_BYE = 3;
    /// A service is there.
    QRTR_TYPE_NEW_SERVER = 4;
    /// A service is gone.
    QRTR_TYPE_DEL_SERVER = 5;
    /// A client is gone.
    QRTR_TYPE_DEL_CLIENT = 6;
    /// Sending may go on.
    QRTR_TYPE_RESUME_TX = 7;
    /// The end.
    QRTR_TYPE_EXIT = 8;
    /// Is anybody there?
    QRTR_TYPE_PING = 9;
    /// Tell of a service.
    QRTR_TYPE_NEW_LOOKUP = 10;
    /// Tell no more.
    QRTR_TYPE_DEL_LOOKUP = 11;
}
