package org.elastauth.revocation;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.UserChange;

/**
 * A revocation: what the administrator asks for, and what came of it so far.
 *
 * @param disable whether the user stays out until an administrator of Elasticsearch enables it
 * @param apiKeys whether the user's API keys are invalidated as well
 * @param change what was written; null as long as nothing was, and with elasticsearch.dry_run
 * @param lateWrites milliseconds for which other gateways may still write what they read before
 * @param apiKeysInvalidated how many; null if not asked for or failed
 * @param apiKeysError why that failed; else null
 */
public record Revocation(
    boolean disable,
    boolean apiKeys,
    UserChange change,
    long lateWrites,
    Integer apiKeysInvalidated,
    String apiKeysError) {

  public Revocation(boolean disable, boolean apiKeys) {
    this(disable, apiKeys, null, 0, null, null);
  }

  /** Null components are left out of the response. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Report(
      String user,
      Long generation,
      boolean disabled,
      Boolean dryRun,
      Integer apiKeysInvalidated,
      String apiKeysError) {}

  Revocation written(UserChange written, long late) {
    return new Revocation(disable, apiKeys, written, late, apiKeysInvalidated, apiKeysError);
  }

  Revocation withoutApiKeys(Integer invalidated, String error) {
    return new Revocation(disable, apiKeys, change, lateWrites, invalidated, error);
  }

  /** When the window of the new password began; 0 as long as there is none. */
  public long issued() {
    return change == null ? 0 : change.ownership().window().issued();
  }

  /** Of the new password; 0 as long as there is none. */
  public long generation() {
    return change == null ? 0 : change.ownership().generation();
  }

  Report report(String user) {
    if (change == null) {
      return new Report(user, null, false, true, null, null);
    }
    return new Report(user, generation(), isDisabled(), null, apiKeysInvalidated, apiKeysError);
  }

  boolean isDisabled() {
    return change.ownership().state().equals(OwnershipMetadata.REVOKED);
  }
}
