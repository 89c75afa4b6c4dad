/* The kernel's own defaults, however this machine is tuned; and settings without which connections that were are in the way. */
static void tune(void)
{
	static const char *const settings[][2] = {
		/* Always permitted; and what Linux has, where that is. */
		{ "ipv4/tcp_congestion_control", "reno" },
		{ "ipv4/tcp_congestion_control", "cubic" },
		{ "ipv4/tcp_rmem", "4096 131072 6291456" },
		{ "ipv4/tcp_wmem", "4096 16384 4194304" },
		SETTINGS
	};
	char path[64];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/%s", settings[i][0]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (write(fd, settings[i][1], strlen(settings[i][1])) < 0 && i > 1)
			perror(path);
		close(fd);
	}
}
