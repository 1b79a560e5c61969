package org.elastauth.ratelimit;

/**
 * The result of counting a request.
 *
 * @param remaining how many more requests are admitted at this moment
 * @param resetMillis until the next request is admitted; if this one was, until the limit is reset
 */
public record Verdict(boolean admitted, long remaining, long resetMillis) {}
