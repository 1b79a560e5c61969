package org.elastauth.elasticsearch;

/**
 * When this gateway started. If two gateways have different keys, the later one takes users over.
 *
 * @param at epoch milliseconds
 */
public record InstanceStart(long at) {}
