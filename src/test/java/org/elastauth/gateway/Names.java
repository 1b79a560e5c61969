package org.elastauth.gateway;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Usernames as providers and directories assign them, and as an attacker would. */
final class Names {
  static final List<String> ALL =
      List.of(
          "o'brien@example.org",
          "DOMAIN\\jdoe",
          "auth0|5f7c",
          "john smith",
          "john  smith",
          "svc$",
          "jane_example.org#EXT#@tenant.onmicrosoft.com",
          "CN=John Doe,OU=Users,DC=example,DC=org",
          "a,b",
          "a,",
          ",",
          ".hidden",
          "a/b",
          "/",
          "//",
          "a/../b",
          "../elastic",
          "..\\elastic",
          "a/_password",
          "a/_disable",
          "a%2Fb",
          "%",
          "%25",
          "%2e%2e",
          "a?release=true",
          "a#b",
          "a;b=c",
          "a+b@example.org",
          "a&b=c",
          "*",
          "\"quoted\" level=\"ERROR",
          "${jndi:x}".replace(":", ""),
          "{}",
          "<b>",
          "`id`",
          "~",
          "null",
          "-",
          "(a)[b]{c}^!",
          " x ".trim().repeat(200));

  private Names() {}

  /** As a segment of a path. */
  static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
