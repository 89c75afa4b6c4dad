/* The program's own ports are $0 to $3, those that the system chose ?0, ?1. */
static void print_port(int port)
{
	port = renamed(port);
	if (port >= 1000 && port < 1004)
		printf("$%d", port - 1000);
	else if (port > 60999)
		printf("?%d", port - 61000);
	else
		printf("%d", port);
}

/* A name of five digits is one that the kernel has chosen: unix_autobind. */
static int print_chosen(const unsigned char *name, size_t len)
{
	static char chosen[64][5];
	static int count;
	int i;

	if (len != 6 || *name || strspn((const char *)name + 1, "0123456789abcdef") < 5)
		return 0;
	for (i = 0; i < count && memcmp(chosen[i], name + 1, 5); i++)
		;
	if (i == count && count < 64)
		memcpy(chosen[count++], name + 1, 5);
	printf("unix:@chosen %d", i);
	return 1;
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
	} else if (at.sa.sa_family == AF_UNIX && print_chosen(at.bytes + sizeof(sa_family_t), at_len - sizeof(sa_family_t))) {
		return;
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
