package org.elastauth.ratelimit;

/**
 * What counting a request came to.
 *
 * @param remaining how many more would be let in at this moment
 * @param resetMillis until the next is let in, or where this one was, until all are again
 */
public record Verdict(boolean admitted, long remaining, long resetMillis) {}
