static const struct name message_flags[] = {
	MESSAGE_FLAGS
	{ 0, NULL },
};

static const struct {
	int level, type, is_own, has_port;
	const char *name;
} control_names[] = {
	CONTROL_NAMES
	{ 0, 0, 0, 0, NULL },
};

static void print_control(struct cmsghdr *control, int flags)
{
	int i;

	for (i = 0; control_names[i].name; i++)
		if (control_names[i].level == control->cmsg_level && control_names[i].type == control->cmsg_type)
			break;
	if (control_names[i].name)
		printf(", %s ", control_names[i].name);
	else
		printf(", %d:%d ", control->cmsg_level, control->cmsg_type);
	/* The numbers of descriptors, when something came, and sums over headers are each run's own. */
	if (control_names[i].is_own)
		memset(CMSG_DATA(control), 0, control->cmsg_len - CMSG_LEN(0));
	/* In an error's, what was sent stands where the port would be. */
	if (control_names[i].has_port && !(flags & MSG_ERRQUEUE))
		rename_peer(CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
	print_value(CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
}

/* Counts the sockets that came along; the first goes to its place, others are closed. */
static int take_rights(struct msghdr *message, int *into)
{
	struct cmsghdr *control;
	int count = 0, *fd;

	for (control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		for (fd = (int *)CMSG_DATA(control); (char *)(fd + 1) <= (char *)control + control->cmsg_len; fd++) {
			if (into && !count)
				put(into, *fd);
			else
				close(*fd);
			count++;
		}
	}
	return count;
}

static void receive_message(int fd, size_t len, int flags, int wants_address, size_t control_len, int *into)
{
	static union {
		struct cmsghdr head;
		unsigned char bytes[65536];
	} all;
	struct iovec iov = { room(len), len };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *control;
	ssize_t count;

	memset(&all, 0, sizeof(all));
	memset(&at, 0, sizeof(at));
	if (wants_address) {
		message.msg_name = &at;
		message.msg_namelen = sizeof(at);
	}
	if (control_len) {
		message.msg_control = &all;
		message.msg_controllen = control_len < sizeof(all) ? control_len : sizeof(all);
	}
	count = recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC);
	if (count < 0) {
		failed(errno);
		return;
	}
	printf("= %zd, msg_flags ", count);
	print_bits(message.msg_flags & ~MSG_CMSG_CLOEXEC, message_flags);
	printf(", %d descriptors", take_rights(&message, into));
	for (control = CMSG_FIRSTHDR(&message); control; control = CMSG_NXTHDR(&message, control))
		print_control(control, message.msg_flags);
	print_data(iov.iov_base, (size_t)count < len ? (size_t)count : len);
	if (wants_address) {
		at_len = message.msg_namelen;
		printf(", ");
		if (at_len)
			print_address();
		else
			printf("no address");
	}
	look();
}
