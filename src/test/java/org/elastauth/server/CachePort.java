package org.elastauth.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.identity.Identity;

/** The routes of a credential cache, as the login calls them. */
public final class CachePort {
  private static final String ROUTE = "direct:cache-";

  private final TestGateway gateway;
  private final String type;

  /**
   * @param type as in {@code cache.type}
   */
  public CachePort(TestGateway gateway, String type) {
    this.gateway = gateway;
    this.type = type;
  }

  /** The entry, or null. */
  public Object get(String key) {
    return call("get", null, Map.of("cacheKey", key));
  }

  public void put(String key, String entry, long ttl) {
    call("put", entry, Map.of("cacheKey", key, "ttl", ttl));
  }

  public void renew(String key, long ttl) {
    call("renew", null, Map.of("cacheKey", key, "ttl", ttl));
  }

  public void delete(String key) {
    call("delete", null, Map.of("cacheKey", key));
  }

  private Object call(String verb, Object body, Map<String, Object> properties) {
    Map<String, Object> all = new HashMap<>(properties);
    // whose entry it is: memory in front of Redis decrypts what it finds
    all.put("identity", new Identity("contract.user", "", "", List.of(), 0));
    return gateway.call(ROUTE + type + "-" + verb, body, all);
  }
}
