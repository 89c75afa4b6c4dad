static void controlled(int result, int argument)
{
	if (result < 0) {
		failed(errno);
		return;
	}
	printf("= %d, ", result);
	print_value((unsigned char *)&argument, sizeof(argument));
	look();
}
