static void ip6(const char *ip, unsigned short port)
{
	memset(&at, 0, sizeof(at));
	at.in6.sin6_family = AF_INET6;
	at.in6.sin6_port = htons(port);
	inet_pton(AF_INET6, ip, &at.in6.sin6_addr);
	at_len = sizeof(at.in6);
}
