/* The first bytes, and the end of the FNV-1a of all. */
static void print_data(const unsigned char *data, size_t len)
{
	unsigned long long hash = 0xcbf29ce484222325;
	size_t i;

	if (!len) {
		printf(", no data");
		return;
	}
	printf(", data ");
	for (i = 0; i < len && i < 4; i++)
		printf("%02x", data[i]);
	for (i = 0; i < len; i++)
		hash = (hash ^ data[i]) * 0x100000001b3;
	if (len > 4)
		printf("..%08x", (unsigned int)hash);
}
