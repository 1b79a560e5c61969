package org.elastauth.elasticsearch;

import java.util.Map;
import org.elastauth.credential.Credential;

/**
 * The write to Elasticsearch that makes a credential valid.
 *
 * @param ownership the user's metadata after the write
 * @param document the body of the write; empty for {@link Kind#NOTHING}
 * @param readAt when the user was read
 */
public record UserChange(
    Kind kind,
    Credential credential,
    OwnershipMetadata ownership,
    Map<String, Object> document,
    long readAt) {

  public enum Kind {
    NOTHING,
    /** Roles, groups, name and email; password and window stay unchanged. */
    PROFILE,
    /** Everything, with a new password. */
    PASSWORD,
    /** As {@link #PASSWORD}, because Elasticsearch rejects the recorded password. */
    REPAIR,
    /** As {@link #PASSWORD}, for a user that does not exist yet. */
    CREATE
  }

  public String username() {
    return credential.username();
  }

  boolean isNewPassword() {
    return kind != Kind.NOTHING && kind != Kind.PROFILE;
  }

  /** Without the document, which holds the password. */
  @Override
  public String toString() {
    return "UserChange[" + kind + ", " + credential + "]";
  }
}
