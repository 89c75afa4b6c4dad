/* A result that is an address. */
static void addressed(int result)
{
	if (result < 0) {
		failed(errno);
		return;
	}
	printf("= ");
	print_address();
	look();
}
