"""The log that somebody reads: a month's sample, its review, who has read about a child, whether the log is whole."""
