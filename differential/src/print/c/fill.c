/* What the call of that number sends is told from what others do. */
static unsigned char *fill(int step, size_t len)
{
	unsigned char *data = room(len);
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = step * 37 + i * 11;
	return data;
}
