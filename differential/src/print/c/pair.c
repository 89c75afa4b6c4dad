static void made_pair(int *one, int *other, int result, const int *pair)
{
	int error = errno;

	if (!result) {
		put(one, pair[0]);
		put(other, pair[1]);
	}
	errno = error;
	done(result);
}
