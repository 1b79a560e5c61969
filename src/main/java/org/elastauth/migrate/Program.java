package org.elastauth.migrate;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A program whose configuration can be translated. */
public enum Program {
  ELASTAUTH_V1("elastauth 1"),
  ELASTAUTH_V2("elastauth 2"),
  KEYLINE("Keyline"),
  TRAEFIKOIDC("traefikoidc"),
  AUTHLY("Authly"),
  COALITION_BUILDER("Coalition Builder");

  /** Names that only one program has, and then names that several have. */
  private static final List<Names> NAMES =
      List.of(
          new Names(
              TRAEFIKOIDC,
              "redis\\.(cacheMode|keyPrefix|poolSize|enable[A-Z].*)|providerURL|sessionEncryptionKey"),
          new Names(AUTHLY, "AUTHLY_.*"),
          new Names(
              KEYLINE,
              "role_mappings|default_es_roles|(user_management|local_users|ldap|observability)\\..*"
                  + "|server\\.mode|oidc\\.issuer_url|cache\\.backend|elasticsearch\\.admin_user"),
          new Names(
              ELASTAUTH_V2,
              "auth_provider|(authelia|oidc|cache|elasticsearch|proxy)\\..*"
                  + "|ELASTAUTH_(AUTH_PROVIDER|(AUTHELIA|OIDC|PROXY|CACHE_REDIS|ELASTICSEARCH_HOSTS).*)"
                  + "|(ELASTAUTH_)?CACHE_EXPIRATION|CACHE_(TYPE|REDIS_.*)"),
          new Names(
              ELASTAUTH_V1,
              "headers[._].*|cache_type|cache_expire|redis_host|elasticsearch_host"
                  + "|ELASTAUTH_(HEADERS_.*|REDIS_HOST|CACHE_EXPIRE)|REDIS_EXPIRE_SECONDS|VERIFY_SSL"),
          new Names(
              ELASTAUTH_V2,
              "default_roles|group_mappings.*|secret_key|ELASTAUTH_.*|ELASTICSEARCH_.*|SECRET_KEY"),
          new Names(TRAEFIKOIDC, "redis\\..*|REDIS_(CACHE_MODE|KEY_PREFIX|ENABLE_TLS|ADDRESS)"),
          new Names(COALITION_BUILDER, "CACHE_URL|REDIS_.*"));

  private record Names(Program program, Pattern pattern) {
    Names(Program program, String pattern) {
      this(program, Pattern.compile(pattern));
    }

    boolean areIn(Collection<Entry> entries) {
      return entries.stream().anyMatch(entry -> pattern.matcher(entry.name()).matches());
    }
  }

  private final String title;

  Program(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }

  /** The name on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<Program> of(String id) {
    return Stream.of(values()).filter(program -> program.id().equals(id)).findFirst();
  }

  /** The program whose names these settings have. */
  static Optional<Program> of(Collection<Entry> entries) {
    return NAMES.stream().filter(names -> names.areIn(entries)).map(Names::program).findFirst();
  }

  boolean isElastauth() {
    return this == ELASTAUTH_V1 || this == ELASTAUTH_V2;
  }
}
