static void valued(int result, const unsigned char *value, socklen_t len, socklen_t size)
{
	if (result < 0) {
		failed(errno);
		return;
	}
	printf("= ");
	print_value(value, len < size ? len : size);
	look();
}
