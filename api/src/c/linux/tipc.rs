//! `TIPC_*`: linux/tipc.h, `tipc(7)` of the project.

use crate::c::constants;

constants! { TIPC;
    // Kinds and scopes of addresses.
    /// A range of instances of a service; also the number of [`TIPC_ADDR_MCAST`].
    TIPC_ADDR_NAMESEQ = 1;
    /// Every socket bound within a range.
    TIPC_ADDR_MCAST = 1;
    /// One instance of a service.
    TIPC_ADDR_NAME = 2;
    /// One socket.
    TIPC_ADDR_ID = 3;
    /// Today's name of [`TIPC_ADDR_NAMESEQ`].
    TIPC_SERVICE_RANGE = 1;
    /// Today's name of [`TIPC_ADDR_NAME`].
    TIPC_SERVICE_ADDR = 2;
    /// Today's name of [`TIPC_ADDR_ID`].
    TIPC_SOCKET_ADDR = 3;
    /// Visible everywhere; as [`TIPC_CLUSTER_SCOPE`] today.
    TIPC_ZONE_SCOPE = 1;
    /// Visible in the cluster.
    TIPC_CLUSTER_SCOPE = 2;
    /// Visible on this node.
    TIPC_NODE_SCOPE = 3;

    // Services every node has.
    /// Configuration; as [`TIPC_NODE_STATE`].
    TIPC_CFG_SRV = 0;
    /// Nodes that come and go.
    TIPC_NODE_STATE = 0;
    /// The topology service.
    TIPC_TOP_SRV = 1;
    /// Links that come and go.
    TIPC_LINK_STATE = 2;
    /// The first type of a program's own.
    TIPC_RESERVED_TYPES = 64;

    // Importance of a message.
    /// Low: the default.
    TIPC_LOW_IMPORTANCE = 0;
    /// Medium.
    TIPC_MEDIUM_IMPORTANCE = 1;
    /// High.
    TIPC_HIGH_IMPORTANCE = 2;
    /// Critical.
    TIPC_CRITICAL_IMPORTANCE = 3;
    /// Bytes of a message at most.
    TIPC_MAX_USER_MSG_SIZE = 0x101d0;

    // Why a message came back.
    /// It did not.
    TIPC_OK = 0;
    /// Nobody has the name.
    TIPC_ERR_NO_NAME = 1;
    /// The socket is gone.
    TIPC_ERR_NO_PORT = 2;
    /// The node is gone.
    TIPC_ERR_NO_NODE = 3;
    /// The receiver is full.
    TIPC_ERR_OVERLOAD = 4;
    /// The connection is closed.
    TIPC_CONN_SHUTDOWN = 5;

    // The topology service.
    /// Tell of every socket.
    TIPC_SUB_PORTS = 1;
    /// Tell of the first and the last.
    TIPC_SUB_SERVICE = 2;
    /// Cancel a subscription.
    TIPC_SUB_CANCEL = 4;
    /// A subscription without an end.
    TIPC_WAIT_FOREVER = -1;
    /// A name was bound.
    TIPC_PUBLISHED = 1;
    /// A name is gone.
    TIPC_WITHDRAWN = 2;
    /// The subscription is over.
    TIPC_SUBSCR_TIMEOUT = 3;

    // Options of `SOL_TIPC`.
    /// How important the messages are.
    TIPC_IMPORTANCE = 127;
    /// Messages may be lost in sending.
    TIPC_SRC_DROPPABLE = 128;
    /// Messages that cannot be delivered are not sent back.
    TIPC_DEST_DROPPABLE = 129;
    /// Milliseconds for `connect`.
    TIPC_CONN_TIMEOUT = 130;
    /// Messages that wait on this node.
    TIPC_NODE_RECVQ_DEPTH = 131;
    /// Messages that wait at this socket.
    TIPC_SOCK_RECVQ_DEPTH = 132;
    /// Multicast by broadcast.
    TIPC_MCAST_BROADCAST = 133;
    /// Multicast by copies.
    TIPC_MCAST_REPLICAST = 134;
    /// Joins a communication group: `struct tipc_group_req`.
    TIPC_GROUP_JOIN = 135;
    /// Leaves it.
    TIPC_GROUP_LEAVE = 136;
    /// Bytes that wait at this socket.
    TIPC_SOCK_RECVQ_USED = 137;
    /// Sends small messages at once.
    TIPC_NODELAY = 138;
    /// [`TIPC_GROUP_JOIN`]: receive what this socket sends.
    TIPC_GROUP_LOOPBACK = 1;
    /// [`TIPC_GROUP_JOIN`]: tell of members.
    TIPC_GROUP_MEMBER_EVTS = 2;

    // Types of control messages.
    /// Why a message came back.
    TIPC_ERRINFO = 1;
    /// The message that came back.
    TIPC_RETDATA = 2;
    /// The name a message was sent to.
    TIPC_DESTNAME = 3;

    // Encryption.
    /// Bytes of an algorithm's name.
    TIPC_AEAD_ALG_NAME = 32;
    /// Bytes of a key at least.
    TIPC_AEAD_KEYLEN_MIN = 20;
    /// Bytes of a key at most.
    TIPC_AEAD_KEYLEN_MAX = 36;
    /// Bytes of a node's identity.
    TIPC_NODEID_LEN = 16;
    /// Bytes of a medium's name.
    TIPC_MAX_MEDIA_NAME = 16;
    /// Bytes of an interface's name.
    TIPC_MAX_IF_NAME = 16;
    /// Bytes of a bearer's name.
    TIPC_MAX_BEARER_NAME = 32;
    /// Bytes of a link's name.
    TIPC_MAX_LINK_NAME = 68;
}
