/* What of struct tcp_info is no measurement of time. */
static void informed(int result, const unsigned char *value, socklen_t len)
{
	struct tcp_info info;

	if (result < 0) {
		failed(errno);
		return;
	}
	memset(&info, 0, sizeof(info));
	memcpy(&info, value, len < sizeof(info) ? len : sizeof(info));
	printf("= %u", len);
	INFO_FIELDS
	look();
}
