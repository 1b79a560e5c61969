package org.elastauth.oidc.provider;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Reads a key set key by key. A key that cannot be used is dropped and reported, so that it does
 * not make the others useless (RFC 7517, 5).
 */
final class KeySetReader {
  /** The members that define a public key, by its type, and the curves that Java supports. */
  private static final Map<String, List<String>> PUBLIC_KEY =
      Map.of("RSA", List.of("n", "e"), "EC", List.of("crv", "x", "y"), "OKP", List.of("crv", "x"));

  private static final Map<String, List<String>> CURVES =
      Map.of("EC", List.of("P-256", "P-384", "P-521"), "OKP", List.of("Ed25519"));

  /** Members that are not in this list are not read. */
  private static final List<String> USED =
      List.of("kty", "crv", "n", "e", "x", "y", "kid", "alg", "use", "key_ops", "x5c", "x5t#S256");

  private static final String PRINTABLE = "[!-~]{1,128}";

  private KeySetReader() {}

  /**
   * @param dropped receives the name of a key and the reason, which quotes nothing
   * @throws UnusableResponseException if it is not a key set, or none of its keys can be used
   */
  static JWKSet read(ProviderDocument document, BiConsumer<String, String> dropped) {
    if (!(document.members().get("keys") instanceof List<?> entries)) {
      throw new UnusableResponseException("keys is not an array");
    }
    List<JWK> keys = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Map<String, Object> members = used(entries.get(i));
      if ("enc".equals(members.get("use"))) {
        continue; // as intended, it verifies nothing
      }
      String fault = fault(members);
      if (fault == null) {
        JWK key = parse(members);
        keys.add(key);
        fault = SigningKeys.isShort(key) ? "n has fewer than 2048 bits" : null;
      }
      if (fault != null) {
        dropped.accept(name(members, i), fault);
      }
    }
    if (keys.isEmpty() && !entries.isEmpty()) {
      throw new UnusableResponseException("none of its keys can be used");
    }
    return new JWKSet(keys);
  }

  /** Those with a value: empty is none. */
  private static Map<String, Object> used(Object entry) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (entry instanceof Map<?, ?> all) {
      for (String name : USED) {
        Object value = all.get(name);
        if (value != null
            && !value.equals("")
            && !(value instanceof Collection<?> list && list.isEmpty())) {
          members.put(name, value);
        }
      }
    }
    return members;
  }

  private static String name(Map<String, Object> members, int index) {
    return members.get("kid") instanceof String id && id.matches(PRINTABLE)
        ? "kid " + id
        : "number " + (index + 1);
  }

  /** Why the key cannot be used; null if it can. */
  private static String fault(Map<String, Object> members) {
    if (!(members.get("kty") instanceof String type)) {
      return "kty is missing";
    }
    List<String> required = PUBLIC_KEY.get(type);
    if (required == null) {
      return "kty is none of RSA, EC and OKP";
    }
    for (String member : required) {
      if (!(members.get(member) instanceof String)) {
        return member + " is missing";
      }
    }
    List<String> curves = CURVES.get(type);
    if (curves != null && !curves.contains(members.get("crv"))) {
      return "crv is none of " + String.join(", ", curves);
    }
    JWK key = parse(members);
    return key == null ? culprits(members, required) : SigningKeys.mismatch(key);
  }

  /** Names the members without which the key could be used; else those of the public key. */
  private static String culprits(Map<String, Object> members, List<String> required) {
    List<String> culprits =
        members.keySet().stream()
            .filter(
                member -> {
                  Map<String, Object> others = new HashMap<>(members);
                  others.remove(member);
                  return parse(others) != null;
                })
            .toList();
    return switch (culprits.size()) {
      case 0 -> String.join(", ", required) + " are not a public key";
      case 1 -> culprits.get(0) + " is invalid";
      default -> String.join(" and ", culprits) + " contradict each other";
    };
  }

  /** The public key; null if it is none. */
  private static JWK parse(Map<String, Object> members) {
    try {
      JWK key = JWK.parse(members);
      SigningKeys.verifier(key);
      return key;
    } catch (ParseException | JOSEException | RuntimeException unusable) {
      return null;
    }
  }
}
