static void made(int *into, int fd)
{
	int error = errno;

	if (fd >= 0)
		put(into, fd);
	errno = error;
	done(fd);
}
