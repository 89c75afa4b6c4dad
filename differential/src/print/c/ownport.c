/* A port as the value of an option: a part of it says nothing. */
static void rename_port(unsigned char *value, socklen_t len)
{
	int port;

	if (len < sizeof(port)) {
		memset(value, 0, len);
		return;
	}
	memcpy(&port, value, sizeof(port));
	port = renamed(port);
	memcpy(value, &port, sizeof(port));
}
