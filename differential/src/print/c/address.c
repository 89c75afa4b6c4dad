/* A port: $0 to $3 are the program's own, ?0, ?1 those that the system chose, as they come up. */
static void print_port(int port)
{
	static int chosen[64], count;
	int at;

	if (port >= PORT && port < PORT + 4) {
		printf("$%d", port - PORT);
		return;
	}
	if (port < 32768 || port > 60999) {
		printf("%d", port);
		return;
	}
	for (at = 0; at < count && chosen[at] != port; at++)
		;
	if (at == count && count < 64)
		chosen[count++] = port;
	printf("?%d", at);
}

static void print_address(void)
{
	char ip[INET6_ADDRSTRLEN] = "";
	socklen_t i;

	if (at_len < sizeof(sa_family_t) || at.sa.sa_family == AF_UNSPEC) {
		printf("unspec");
	} else if (at.sa.sa_family == AF_INET) {
		printf("%s:", inet_ntop(AF_INET, &at.in.sin_addr, ip, sizeof(ip)));
		print_port(ntohs(at.in.sin_port));
	} else if (at.sa.sa_family == AF_INET6) {
		printf("[%s", inet_ntop(AF_INET6, &at.in6.sin6_addr, ip, sizeof(ip)));
		if (at.in6.sin6_scope_id)
			printf("%%%u", at.in6.sin6_scope_id);
		printf("]:");
		print_port(ntohs(at.in6.sin6_port));
	} else if (at.sa.sa_family == AF_UNIX) {
		printf("unix:");
		for (i = sizeof(sa_family_t); i < at_len; i++)
			if (!at.bytes[i] && i == sizeof(sa_family_t))
				printf("@");
			else if (at.bytes[i] || !at.bytes[sizeof(sa_family_t)])
				printf(at.bytes[i] >= ' ' && at.bytes[i] < 127 ? "%c" : "\\x%02x", at.bytes[i]);
	} else {
		printf("family %d", at.sa.sa_family);
	}
}
