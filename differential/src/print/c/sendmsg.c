/* To the address, if there is one; with control messages, behind those of the socket that goes along, if one does. */
static void send_message(int fd, int step, size_t len, int flags, int has_address, int carried, const void *control,
			 size_t control_len)
{
	static union {
		struct cmsghdr head;
		unsigned char bytes[65536];
	} all;
	struct iovec iov = { fill(step, len), len };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t at_control = 0;

	memset(&all, 0, sizeof(all));
	if (has_address) {
		message.msg_name = &at;
		message.msg_namelen = at_len;
	}
	if (carried >= 0) {
		all.head.cmsg_level = SOL_SOCKET;
		all.head.cmsg_type = SCM_RIGHTS;
		all.head.cmsg_len = CMSG_LEN(sizeof(carried));
		memcpy(CMSG_DATA(&all.head), &carried, sizeof(carried));
		at_control = CMSG_SPACE(sizeof(carried));
	}
	memcpy(all.bytes + at_control, control, control_len);
	if (at_control + control_len) {
		message.msg_control = &all;
		message.msg_controllen = at_control + control_len;
	}
	counted(sendmsg(fd, &message, flags));
}
