package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.elastauth.credential.Window;
import org.junit.jupiter.api.Test;

/** SPEC 4: what stands in a user's metadata, and whose doing it is that a user is disabled. */
class OwnershipMetadataTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final OwnershipMetadata LOGIN =
      new OwnershipMetadata("00", new Window(1000, 2000), 1, 3, 4, "", "");

  private static OwnershipMetadata merged(OwnershipMetadata there, Map<String, Object> late) {
    ObjectNode mark = JSON.valueToTree(there.json());
    mark.setAll((ObjectNode) JSON.valueToTree(late));
    return OwnershipMetadata.read(JSON.createObjectNode().set("elastauth", mark));
  }

  @Test
  void anExpiryThatMetTheMarkItMeantIsOne() {
    OwnershipMetadata mark = merged(LOGIN, LOGIN.expired());
    assertThat(mark.isExpired()).isTrue();
    assertThat(mark.isOvertakenLogin()).isFalse();
    assertThat(mark.samePassword(LOGIN)).isTrue();
  }

  @Test
  void oneThatMetALaterLoginIsNone() {
    OwnershipMetadata mark =
        merged(
            new OwnershipMetadata("00", new Window(2000, 3000), 1, 3, 4, "", ""), LOGIN.expired());
    assertThat(mark.isExpired()).isFalse();
    assertThat(mark.isOvertakenLogin()).isTrue();
  }

  @Test
  void oneThatMetARevocationIsNoneAndNoLoginEither() {
    for (long issued : new long[] {1000, 2000}) {
      OwnershipMetadata revoked =
          new OwnershipMetadata("00", new Window(issued, issued + 1000), 2, 3, 4, "revoked", "");
      OwnershipMetadata mark = merged(revoked, LOGIN.expired());
      assertThat(mark.isExpired()).isFalse();
      assertThat(mark.isOvertakenLogin()).isFalse();
    }
  }

  @Test
  void theStateAloneIsBelieved() {
    assertThat(merged(LOGIN, Map.of("state", "expired")).isExpired()).isTrue();
    assertThat(merged(LOGIN, Map.of("state", "")).isExpired()).isFalse();
  }
}
