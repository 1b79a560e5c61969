package org.elastauth.elasticsearch;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The answer to a revocation; what is null is left out.
 *
 * @param generation of the new password
 * @param disabled whether the user stays out until an administrator of Elasticsearch lifts that
 * @param dryRun true where only the cache was touched
 * @param apiKeysInvalidated how many API keys of the user were; null if nobody asked, or it failed
 * @param apiKeysError why it failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RevocationReport(
    String user,
    Long generation,
    boolean disabled,
    Boolean dryRun,
    Integer apiKeysInvalidated,
    String apiKeysError) {}
