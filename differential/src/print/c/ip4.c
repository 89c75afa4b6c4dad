static void ip4(const char *ip, unsigned short port)
{
	memset(&at, 0, sizeof(at));
	at.in.sin_family = AF_INET;
	at.in.sin_port = htons(port);
	inet_pton(AF_INET, ip, &at.in.sin_addr);
	at_len = sizeof(at.in);
}
