package org.elastauth.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The identity in a stored session, which gateways of several versions read. */
class IdentityTest {
  private static final String JSON =
      "{\"username\":\"john.doe\",\"email\":\"\",\"fullName\":\"\",\"groups\":[\"a\"],\"asOf\":7}";

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void anOlderGatewayCanReadIt() throws JsonProcessingException {
    Identity identity =
        new Identity("john.doe", "", "", List.of("a"), 7)
            .withSubject("owner")
            .withRoles(List.of("viewer"));
    assertThat(json.writeValueAsString(identity)).isEqualTo(JSON);
  }

  @Test
  void oneOfAnOlderGatewayHasNoSubject() throws JsonProcessingException {
    assertThat(json.readValue(JSON, Identity.class))
        .isEqualTo(new Identity("john.doe", "", "", List.of("a"), 7));
  }
}
