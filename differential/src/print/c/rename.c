/* A port's number in what is printed: from 1000 on the program's own, from 61000 on those that the system chose, as they come up. */
static int renamed(int port)
{
	static int chosen[64], count;
	int i;

	if (port >= PORT && port < PORT + 4)
		return port - PORT + 1000;
	if (port < 32768 || port > 60999)
		return port;
	for (i = 0; i < count && chosen[i] != port; i++)
		;
	if (i == count && count < 64)
		chosen[count++] = port;
	return 61000 + i;
}
