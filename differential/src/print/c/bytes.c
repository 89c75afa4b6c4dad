/* An address as it stands, byte for byte. */
static void bytes(const void *address, size_t len)
{
	memset(&at, 0, sizeof(at));
	memcpy(&at, address, len < sizeof(at) ? len : sizeof(at));
	at_len = len;
}
