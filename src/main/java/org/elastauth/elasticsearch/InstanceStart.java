package org.elastauth.elasticsearch;

/**
 * When this gateway started. Of two gateways with different keys, the later one takes users over.
 *
 * @param at epoch milliseconds
 */
public record InstanceStart(long at) {}
