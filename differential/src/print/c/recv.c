static void received(ssize_t count, const unsigned char *data, size_t len)
{
	if (count < 0) {
		failed(errno);
		return;
	}
	printf("= %zd", count);
	print_data(data, (size_t)count < len ? (size_t)count : len);
	look();
}
