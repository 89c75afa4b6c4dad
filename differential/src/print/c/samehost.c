/* A socket does not travel between hosts: such a call is not made. */
static int on_one_host(int one, int other)
{
	unsigned long long cookies[2] = { 0, 0 };
	socklen_t len = sizeof(*cookies);

	getsockopt(one, SOL_SOCKET, SO_NETNS_COOKIE, &cookies[0], &len);
	len = sizeof(*cookies);
	getsockopt(other, SOL_SOCKET, SO_NETNS_COOKIE, &cookies[1], &len);
	return have(cookies[0] == cookies[1] ? 0 : -1);
}
