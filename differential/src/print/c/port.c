/* The port of a socket's name. */
static unsigned short port(int fd)
{
	name(fd);
	if (at.sa.sa_family == AF_INET)
		return ntohs(at.in.sin_port);
	return at.sa.sa_family == AF_INET6 ? ntohs(at.in6.sin6_port) : 0;
}
