package org.elastauth.oidc.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/**
 * A JSON object of the provider. Only a member that is read can be wrong. A member that is null or
 * an empty text is as good as missing.
 */
public record ProviderDocument(Map<String, Object> members) {
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final TypeReference<Map<String, Object>> MEMBERS = new TypeReference<>() {};

  /** Throws {@link UnusableResponseException} if the text is not a JSON object. */
  public static ProviderDocument parse(String text) {
    try {
      // RFC 8259, 8.1: a parser may ignore it
      JsonNode json = JSON.readTree(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
      if (json.isObject()) {
        return new ProviderDocument(JSON.convertValue(json, MEMBERS));
      }
    } catch (JsonProcessingException malformed) {
      // reported below, without the content that the exception quotes
    }
    throw new UnusableResponseException("it is not a JSON object");
  }

  /**
   * Empty if there is no such member; throws {@link UnusableResponseException} if it is no text.
   */
  public String text(String member) {
    Object value = members.get(member);
    if (value != null && !(value instanceof String)) {
      throw new UnusableResponseException(member + " is not a string");
    }
    return value == null || ((String) value).isBlank() ? "" : (String) value;
  }

  /** Without its content, which may be secret or about a person. */
  @Override
  public String toString() {
    return "ProviderDocument";
  }
}
