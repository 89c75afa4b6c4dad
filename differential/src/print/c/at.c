/* The address that the next call is given, or that the last one gave. */
static union {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	unsigned char bytes[256];
} at;
static socklen_t at_len;
