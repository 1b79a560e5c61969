package org.elastauth.elasticsearch;

/**
 * When this gateway started.
 *
 * @param at epoch milliseconds
 */
public record Boot(long at) {}
