static void counted(ssize_t result)
{
	if (result < 0) {
		failed(errno);
		return;
	}
	printf("= %zd", result);
	look();
}
