/* Two hosts are two network namespaces. */
static int hosts[2];

/* From now on sockets are made on that host. */
static void on(int host)
{
	if (setns(hosts[host], CLONE_NEWNET)) {
		perror("setns");
		exit(2);
	}
}

/* Runs a command on a host, while we are on the first. */
static void run(int host, const char *command)
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		on(host);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status) {
		fprintf(stderr, "failed: %s\n", command);
		exit(2);
	}
}

/* They get to know one another: no call waits for that. */
static void greet(int host, int family, const void *address, socklen_t len)
{
	int fd;

	on(host);
	fd = socket(family, SOCK_DGRAM, 0);
	sendto(fd, "", 0, 0, address, len);
	close(fd);
}

/* 10.0.0.1 and fd00::1, 10.0.0.2 and fd00::2, with a cable between them. */
static void prepare(void)
{
	static const char *const up[] = {
		"ip link set lo up gso_max_segs 1; ip link set eth0 gso_max_segs 1; echo 1 >/proc/sys/net/ipv6/conf/eth0/addr_gen_mode; "
		"echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad; ip link set eth0 up",
		"ip address add 10.0.0.%d/24 dev eth0; ip address add fd00::%d/64 dev eth0 nodad",
		"until ip link show eth0 | grep -q LOWER_UP; do sleep 0.05; done",
	};
	char command[256];
	int host, step;

	for (host = 0; host < 2; host++) {
		if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
			perror("unshare");
			exit(2);
		}
		tune();
		hosts[host] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	}
	on(0);
	/* The second interface of each, as some calls name it; so they get their carrier a second later. */
	run(1, "ip link add eth0 index 2 type veth peer name eth0 index 2 netns $PPID");
	for (step = 0; step < 3; step++)
		for (host = 0; host < 2; host++) {
			snprintf(command, sizeof(command), up[step], host + 1, host + 1);
			run(host, command);
		}
	for (host = 0; host < 2; host++) {
		struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(9) };
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };

		inet_pton(AF_INET, host ? "10.0.0.1" : "10.0.0.2", &in.sin_addr);
		inet_pton(AF_INET6, host ? "fd00::1" : "fd00::2", &in6.sin6_addr);
		greet(host, AF_INET, &in, sizeof(in));
		greet(host, AF_INET6, &in6, sizeof(in6));
	}
	nap(50, 0);
	on(0);
}
