static void call(const char *text)
{
	printf("%-44s # ", text);
}
