/* A network namespace of our own, where only loopback is; where that is not permitted, the one that we are in. */
static void prepare(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int fd;

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		fprintf(stderr, "no network namespace (%s): on the loopback of this one\n", strerrorname_np(errno));
		return;
	}
	tune();
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (ioctl(fd, SIOCGIFFLAGS, &lo) || (lo.ifr_flags |= IFF_UP, ioctl(fd, SIOCSIFFLAGS, &lo))) {
		perror("lo");
		exit(2);
	}
	close(fd);
	/* A packet is a segment. Without ip(8) one may be several. */
	if (system("ip link set lo gso_max_segs 1 2>/dev/null"))
		return;
}
