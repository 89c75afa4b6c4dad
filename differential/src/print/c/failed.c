static void failed(int error)
{
	printf("= -1 %s", strerrorname_np(error));
	look();
}
