"""The command line: words in, use cases called, sentences and exit statuses out."""
