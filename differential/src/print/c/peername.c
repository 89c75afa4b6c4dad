/* An address as the value of an option: its port is renamed; of one of a UNIX socket the family is left. */
static void rename_peer(unsigned char *value, socklen_t len)
{
	int port;

	if (len < 4 || (value[0] == AF_UNIX && !value[1])) {
		memset(value + 2, 0, len > 2 ? len - 2 : 0);
		return;
	}
	port = renamed(value[2] << 8 | value[3]);
	value[2] = port >> 8;
	value[3] = port;
}
