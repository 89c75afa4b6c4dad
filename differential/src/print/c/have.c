/* Whether there is a socket; without one the call is not made. */
static int have(int fd)
{
	if (fd >= 0)
		return 1;
	printf("not made: no socket");
	look();
	return 0;
}
