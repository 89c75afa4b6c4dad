/* The name of a socket, as getsockname(2) has it. */
static void name(int fd)
{
	memset(&at, 0, sizeof(at));
	at_len = sizeof(at);
	if (getsockname(fd, &at.sa, &at_len))
		at_len = 0;
}
