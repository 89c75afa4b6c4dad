/* The result of a call that answers nothing but whether it went well. */
static void done(int result)
{
	if (result < 0) {
		failed(errno);
		return;
	}
	printf("= 0");
	look();
}
