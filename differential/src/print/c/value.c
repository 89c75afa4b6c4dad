/* Bytes, as what they look like. */
static void print_value(const unsigned char *value, size_t len)
{
	size_t i;
	int is_text = len > 0 && value[0] >= 'a' && value[0] <= 'z', number;

	for (i = 0; i < len; i++)
		is_text &= value[i] && strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", value[i]) != NULL;
	if (is_text) {
		printf("\"%.*s\"", (int)len, (const char *)value);
	} else if (len && len % sizeof(number) == 0) {
		fputs(len > sizeof(number) ? "{" : "", stdout);
		for (i = 0; i < len; i += sizeof(number)) {
			memcpy(&number, value + i, sizeof(number));
			printf("%s%d", i ? ", " : "", number);
		}
		fputs(len > sizeof(number) ? "}" : "", stdout);
	} else {
		printf("x\"");
		for (i = 0; i < len; i++)
			printf("%02x", value[i]);
		printf("\"");
	}
}
