static void polled(int fd, short asked, int timeout)
{
	struct pollfd ask = { fd, asked, 0 };
	int count = poll(&ask, 1, timeout);

	if (count < 0) {
		failed(errno);
		return;
	}
	printf("= %d, ", count);
	print_bits(ask.revents, events);
	look();
}
