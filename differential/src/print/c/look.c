/* One socket of the program, and what it showed last. */
struct shown {
	const char *name;
	int *fd;
	int is_known;
	short ready;
	int state;
};

SOCKETS

struct name {
	int bits;
	const char *name;
};

static const struct name events[] = {
	{ 0x0001, "POLLIN" },	  { 0x0002, "POLLPRI" },    { 0x0004, "POLLOUT" },    { 0x0008, "POLLERR" },
	{ 0x0010, "POLLHUP" },	  { 0x0020, "POLLNVAL" },   { 0x0040, "POLLRDNORM" }, { 0x0080, "POLLRDBAND" },
	{ 0x0100, "POLLWRNORM" }, { 0x0200, "POLLWRBAND" }, { 0x0400, "POLLMSG" },    { 0x1000, "POLLREMOVE" },
	{ 0x2000, "POLLRDHUP" },  { 0, NULL },
};

static void print_bits(int bits, const struct name *names)
{
	const char *separator = "";

	if (!bits)
		printf("0");
	for (; names->name; names++)
		if (bits & names->bits) {
			printf("%s%s", separator, names->name);
			separator = "|";
			bits &= ~names->bits;
		}
	if (bits)
		printf("%s%#x", separator, bits);
}

/* The first byte of struct tcp_info: include/net/tcp_states.h. */
static const char *state_name(int state)
{
	static const char *const names[] = {
		"0",		  "TCP_ESTABLISHED", "TCP_SYN_SENT",  "TCP_SYN_RECV", "TCP_FIN_WAIT1",
		"TCP_FIN_WAIT2",  "TCP_TIME_WAIT",   "TCP_CLOSE",     "TCP_CLOSE_WAIT", "TCP_LAST_ACK",
		"TCP_LISTEN",	  "TCP_CLOSING",     "TCP_NEW_SYN_RECV",
	};

	return state >= 0 && state < (int)(sizeof(names) / sizeof(*names)) ? names[state] : "?";
}

static void nap(long milliseconds, long microseconds)
{
	struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 + microseconds * 1000 };

	nanosleep(&time, NULL);
}

/* The end of a call's line: the sockets that show another readiness or state than before. */
static void look(void)
{
	struct shown *socket;

	/* What is on its way arrives. */
	nap(0, 300);
	for (socket = sockets; socket->name; socket++) {
		struct pollfd ask = { *socket->fd, POLL_ALL, 0 };
		unsigned char state = 0;
		socklen_t len = 1;
		int is_tcp;

		if (*socket->fd < 0) {
			socket->is_known = 0;
			continue;
		}
		poll(&ask, 1, 0);
		is_tcp = !getsockopt(*socket->fd, IPPROTO_TCP, TCP_INFO, &state, &len) && len == 1;
		if (!is_tcp)
			state = 0;
		if (socket->is_known && socket->ready == ask.revents && socket->state == state)
			continue;
		socket->is_known = 1;
		socket->ready = ask.revents;
		socket->state = state;
		printf("; %s ", socket->name);
		print_bits(ask.revents, events);
		if (is_tcp)
			printf(" %s", state_name(state));
	}
	printf("\n");
	fflush(stdout);
}
