package org.elastauth.elasticsearch;

import java.util.Map;
import org.elastauth.credential.Credential;

/**
 * What must happen in Elasticsearch before a credential is good.
 *
 * @param mark how the user stands there afterwards
 * @param document the body of the write, without the password where none is to be set; empty for
 *     {@link Write#NOTHING}
 * @param readAt when the user was read that this was concluded from
 */
public record Plan(
    Write write, Credential credential, Mark mark, Map<String, Object> document, long readAt) {

  /** Kinds of write. */
  public enum Write {
    NOTHING,
    /** Roles, groups, name and email; password and window stay. */
    PROFILE,
    /** Everything, with a new password. */
    PASSWORD,
    /** The same because the password of record does not work. */
    REPAIR,
    /** The same for a user that is not there yet. */
    CREATE
  }

  @Override
  public String toString() {
    return "Plan[" + write + ", " + credential + "]";
  }
}
