package org.elastauth.revocation;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.UserChange;

/**
 * A revocation: the administrator's request, and its result so far.
 *
 * @param disable whether to disable the user until an administrator enables it in Elasticsearch
 * @param apiKeys whether to invalidate the user's API keys as well
 * @param release whether the name may belong to another subject from now on
 * @param dryRun whether the user store computes passwords that open nothing
 * @param change the last write; null before the first, and of user stores other than Elasticsearch
 * @param lateWrites milliseconds for which other gateways may still write the state read before
 * @param apiKeysInvalidated their number; null if not requested or failed
 * @param apiKeysError why that failed, or null
 */
public record Revocation(
    boolean disable,
    boolean apiKeys,
    boolean release,
    boolean dryRun,
    UserChange change,
    long lateWrites,
    Integer apiKeysInvalidated,
    String apiKeysError) {

  public Revocation(boolean disable, boolean apiKeys, boolean release) {
    this(disable, apiKeys, release, false, null, 0, null, null);
  }

  /** Null components are left out of the response. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Report(
      String user,
      Long generation,
      Boolean disabled,
      Boolean released,
      Boolean dryRun,
      Integer apiKeysInvalidated,
      String apiKeysError) {}

  Revocation written(UserChange written, long late) {
    return new Revocation(
        disable, apiKeys, release, dryRun, written, late, apiKeysInvalidated, apiKeysError);
  }

  Revocation withoutApiKeys(Integer invalidated, String error) {
    return new Revocation(
        disable, apiKeys, release, dryRun, change, lateWrites, invalidated, error);
  }

  Revocation asDryRun() {
    return new Revocation(
        disable, apiKeys, release, true, change, lateWrites, apiKeysInvalidated, apiKeysError);
  }

  /** Start of the window of the new password; 0 before it is written. */
  public long issued() {
    return change == null ? 0 : change.ownership().window().issued();
  }

  /** Generation of the new password; 0 before it is written. */
  public long generation() {
    return change == null ? 0 : change.ownership().generation();
  }

  Report report(String user) {
    if (change == null) {
      return new Report(user, null, dryRun ? false : null, null, dryRun ? true : null, null, null);
    }
    return new Report(
        user,
        generation(),
        isDisabled(),
        release ? true : null,
        null,
        apiKeysInvalidated,
        apiKeysError);
  }

  boolean isDisabled() {
    return change.ownership().state().equals(OwnershipMetadata.REVOKED);
  }
}
