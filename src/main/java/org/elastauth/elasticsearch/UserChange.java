package org.elastauth.elasticsearch;

import java.util.Map;
import org.elastauth.credential.Credential;

/**
 * What must be written to Elasticsearch before a credential works.
 *
 * @param ownership the user's metadata after the write
 * @param document the body of the write; empty for {@link Kind#NOTHING}
 * @param readAt when the user was read from which this was concluded
 */
public record UserChange(
    Kind kind,
    Credential credential,
    OwnershipMetadata ownership,
    Map<String, Object> document,
    long readAt) {

  /** Kinds of write. */
  public enum Kind {
    NOTHING,
    /** Roles, groups, name and email; password and window stay. */
    PROFILE,
    /** Everything, with a new password. */
    PASSWORD,
    /** As {@link #PASSWORD}, because Elasticsearch refuses the password on record. */
    REPAIR,
    /** As {@link #PASSWORD}, for a user that does not exist yet. */
    CREATE
  }

  public String username() {
    return credential.username();
  }

  /** Without the document, which holds the password. */
  @Override
  public String toString() {
    return "UserChange[" + kind + ", " + credential + "]";
  }
}
