/* A new socket in the place of what was there. */
static void put(int *into, int fd)
{
	int before = *into;

	*into = fd;
	if (before >= 0)
		close(before);
}
