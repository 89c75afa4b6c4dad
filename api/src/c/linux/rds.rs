//! `RDS_*`: linux/rds.h, Documentation/networking/rds.rst.

use crate::c::constants;

constants! { RDS;
    // Options of `SOL_RDS`.
    /// Forgets messages to one peer that are not sent.
    RDS_CANCEL_SENT_TO = 1;
    /// Registers memory.
    RDS_GET_MR = 2;
    /// Releases it.
    RDS_FREE_MR = 3;
    /// Tells of failed remote memory access.
    RDS_RECVERR = 5;
    /// Tells of ports that are no longer congested.
    RDS_CONG_MONITOR = 6;
    /// Registers memory for one peer.
    RDS_GET_MR_FOR_DEST = 7;
    /// The transport: `RDS_TRANS_*`.
    SO_RDS_TRANSPORT = 8;
    /// Receives the times of a message's way.
    SO_RDS_MSG_RXPATH_LATENCY = 10;

    // Transports.
    /// InfiniBand.
    RDS_TRANS_IB = 0;
    /// iWARP, removed.
    RDS_TRANS_IWARP = 1;
    /// TCP.
    RDS_TRANS_TCP = 2;
    /// A number that is free.
    RDS_TRANS_GAP = 1;
    /// How many numbers there are.
    RDS_TRANS_COUNT = 3;
    /// None.
    RDS_TRANS_NONE = -1;

    // Types of control messages.
    /// Remote memory access.
    RDS_CMSG_RDMA_ARGS = 1;
    /// The peer's memory.
    RDS_CMSG_RDMA_DEST = 2;
    /// Register memory with this message.
    RDS_CMSG_RDMA_MAP = 3;
    /// What became of an access.
    RDS_CMSG_RDMA_STATUS = 4;
    /// Ports that are no longer congested.
    RDS_CMSG_CONG_UPDATE = 5;
    /// Atomic addition.
    RDS_CMSG_ATOMIC_FADD = 6;
    /// Atomic compare and swap.
    RDS_CMSG_ATOMIC_CSWP = 7;
    /// Atomic addition under a mask.
    RDS_CMSG_MASKED_ATOMIC_FADD = 8;
    /// Atomic compare and swap under a mask.
    RDS_CMSG_MASKED_ATOMIC_CSWP = 9;
    /// The times of a message's way.
    RDS_CMSG_RXPATH_LATENCY = 11;
    /// The number of a buffer sent without copying.
    RDS_CMSG_ZCOPY_COOKIE = 12;
    /// Buffers that are free again.
    RDS_CMSG_ZCOPY_COMPLETION = 13;

    // What `RDS_INFO_*` options list.
    /// The first of them.
    RDS_INFO_FIRST = 10000;
    /// Counters.
    RDS_INFO_COUNTERS = 10000;
    /// Connections.
    RDS_INFO_CONNECTIONS = 10001;
    /// Messages to be sent.
    RDS_INFO_SEND_MESSAGES = 10003;
    /// Messages to be acknowledged.
    RDS_INFO_RETRANS_MESSAGES = 10004;
    /// Messages to be received.
    RDS_INFO_RECV_MESSAGES = 10005;
    /// Sockets.
    RDS_INFO_SOCKETS = 10006;
    /// Sockets of the transport TCP.
    RDS_INFO_TCP_SOCKETS = 10007;
    /// Connections over InfiniBand.
    RDS_INFO_IB_CONNECTIONS = 10008;
    /// Counters of connections.
    RDS_INFO_CONNECTION_STATS = 10009;
    /// Connections over iWARP.
    RDS_INFO_IWARP_CONNECTIONS = 10010;
    /// The last of them.
    RDS_INFO_LAST = 10017;
    /// The connection is sending.
    RDS_INFO_CONNECTION_FLAG_SENDING = 1;
    /// The connection is being opened.
    RDS_INFO_CONNECTION_FLAG_CONNECTING = 2;
    /// The connection stands.
    RDS_INFO_CONNECTION_FLAG_CONNECTED = 4;
    /// An acknowledgement is wanted.
    RDS_INFO_MESSAGE_FLAG_ACK = 1;
    /// An acknowledgement is wanted at once.
    RDS_INFO_MESSAGE_FLAG_FAST_ACK = 2;

    // Remote memory access.
    /// Done.
    RDS_RDMA_SUCCESS = 0;
    /// The peer failed.
    RDS_RDMA_REMOTE_ERROR = 1;
    /// Cancelled.
    RDS_RDMA_CANCELED = 2;
    /// Lost.
    RDS_RDMA_DROPPED = 3;
    /// Failed otherwise.
    RDS_RDMA_OTHER_ERROR = 4;
    /// The memory may be written.
    RDS_RDMA_READWRITE = 1;
    /// In order.
    RDS_RDMA_FENCE = 2;
    /// Release the memory at once.
    RDS_RDMA_INVALIDATE = 4;
    /// Release the memory after one access.
    RDS_RDMA_USE_ONCE = 8;
    /// Without waiting.
    RDS_RDMA_DONTWAIT = 16;
    /// Tell when it is done.
    RDS_RDMA_NOTIFY_ME = 32;
    /// Tell nobody.
    RDS_RDMA_SILENT = 64;
}
