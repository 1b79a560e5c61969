package org.elastauth.migrate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.elastauth.config.NearestName;
import org.elastauth.config.Setting;
import org.elastauth.config.SettingNames;
import org.elastauth.config.SettingNames.Spelling;
import org.elastauth.config.SettingsReader;
import org.elastauth.config.YamlTree;
import org.elastauth.startup.ForeignSetting;

/** Translates the settings of another program, one after another. */
final class Translator {
  private static final Pattern FILE = Pattern.compile("(?i)[._-]?file$");

  /** Each takes some milliseconds. */
  private static final int MAX_HINTS = 100;

  private static final Pattern INDEXED = Pattern.compile("(.+)_(\\d{1,4})");

  /** Traefik's reference to a Kubernetes Secret: {@code urn:k8s:secret:name:key}. */
  private static final Pattern KUBERNETES_SECRET = Pattern.compile("urn:k8s:secret:(.+):(.+)");

  private final SettingNames names;
  private final Translation translation = new Translation();
  private final Map<String, Consumer<Entry>> special = new LinkedHashMap<>();
  private final Map<String, String> foreign = new LinkedHashMap<>();
  private final Map<String, Entry> redis = new LinkedHashMap<>();
  private final boolean isAlone;
  private int unknown;

  private Translator(SettingNames names, Program program, boolean isAlone) {
    this.isAlone = isAlone;
    this.names = names;
    KeylineRules keyline = new KeylineRules(names, translation);
    special.put("cachetype", this::cacheType);
    special.put("oidcredirecturl", this::redirectUrl);
    special.put("sessioncookiedomain", this::cookieDomain);
    special.put("rolemappings", keyline::roleMappings);
    special.put("localusersusers", keyline::localUsers);
    special.put("oidcclaimmappings", keyline::accounts);
    special.put(SettingNames.plain(Manifest.ENV_FILE), this::otherFile);
    special.put(SettingNames.plain(Manifest.VOLUME), this::otherFile);
    special.put("verifyssl", this::verifySsl);
    special.put("redisexpireseconds", entry -> set(entry, names.key("cache.expiration")));
    special.put("redisport", entry -> redis.put("port", entry));
    if (program == Program.TRAEFIKOIDC) {
      new TraefikoidcRules(names, translation).addTo(special, foreign);
    }
    UnusedNames.addTo(foreign);
  }

  /** The other files of a service, unless they are given, too. */
  private void otherFile(Entry entry) {
    if (isAlone) {
      translation.none(
          entry, "reads " + entry.text().replaceFirst(":.*", "") + "; " + entry.giveBoth(), true);
    }
  }

  static Translation translate(SettingNames names, Program program, List<Source> sources) {
    Translator translator = new Translator(names, program, sources.size() == 1);
    // a variable overrides a file, and a later file an earlier one
    List<Source> latestFirst = new ArrayList<>(sources);
    Collections.reverse(latestFirst);
    List<Entry> entries =
        latestFirst.stream().flatMap(source -> source.entries().stream()).toList();
    entries.stream().filter(Entry::isVariable).forEach(translator::add);
    entries.stream().filter(entry -> !entry.isVariable()).forEach(translator::add);
    translator.addRedisHost();
    translator.addOthers();
    boolean isContainer = sources.stream().anyMatch(Source::isContainer);
    new Completion(names, translator.translation, program, isContainer).complete();
    return translator.translation;
  }

  private void add(Entry entry) {
    String plain = SettingNames.plain(entry.shortName());
    Consumer<Entry> rule = special.get(plain);
    Spelling spelling = entry.isVariable() ? names.variable(entry.name()) : names.key(entry.name());
    if (rule != null && (entry.isElastauths() || !plain.equals("oidcredirecturl"))) {
      rule.accept(entry);
    } else if (spelling != null) {
      set(entry, spelling);
    } else if (!addPartOfSetting(entry)) {
      addForeign(entry, plain);
    }
  }

  private void set(Entry entry, Spelling spelling) {
    Setting setting = spelling.setting();
    if (setting.isMap()) {
      setMap(entry, setting);
      return;
    }
    if (entry.value().isMap() || entry.texts().isEmpty() && !entry.value().isText()) {
      translation.none(entry, "must be a text or a list", true);
      return;
    }
    if (setting.isList()) {
      if (!entry.items().isEmpty()) {
        translation.set(entry, setting, entry.items(), "");
      }
      return;
    }
    if (entry.value().items() != null) {
      translation.none(entry, "is a list, but " + setting.path() + " takes one value", true);
      return;
    }
    String text = spelling.canonical(entry.text());
    Matcher kubernetes = KUBERNETES_SECRET.matcher(text);
    if (kubernetes.matches()) {
      String value = "${" + setting.variable() + "}";
      translation.set(
          entry,
          setting,
          value,
          "set %s from the key %s of the Secret %s"
              .formatted(setting.variable(), kubernetes.group(2), kubernetes.group(1)));
    } else if (setting.path().equals("secret_key")) {
      SecretKeyRule.set(translation, entry, setting, text);
    } else if (!text.isEmpty()) {
      translation.set(entry, setting, text, "");
    }
  }

  private void setMap(Entry entry, Setting setting) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (!entry.value().isMap()) {
      translation.none(entry, "must be a map", true);
      return;
    }
    entry
        .value()
        .fields()
        .forEach((key, value) -> map.put(key, mapped(entry, key, value, setting.holdsLists())));
    if (!map.isEmpty()) {
      translation.set(entry, setting, map, "");
    }
  }

  private static Object mapped(Entry map, String key, YamlTree value, boolean isList) {
    Entry entry = new Entry(map.name() + "." + key, value, false, map.place());
    return isList ? entry.items() : entry.text();
  }

  /** An entry of a map, an item of a list, or the file of a secret. */
  private boolean addPartOfSetting(Entry entry) {
    Spelling secret =
        entry.isVariable()
            ? names.variable(FILE.matcher(entry.name()).replaceFirst(""))
            : names.key(FILE.matcher(entry.name()).replaceFirst(""));
    if (secret != null && secret.setting().isSecret() && FILE.matcher(entry.name()).find()) {
      translation.setFile(entry, secret.setting());
      return true;
    }
    Matcher indexed = INDEXED.matcher(entry.name());
    Spelling list =
        entry.isVariable() && indexed.matches() ? names.variable(indexed.group(1)) : null;
    if (list != null && list.setting().isList()) {
      translation.append(entry, list.setting(), entry.text());
      return true;
    }
    for (Setting setting : names.settings().values()) {
      String prefix = setting.variable() + "_";
      if (entry.isVariable() && setting.isMap() && entry.name().startsWith(prefix)) {
        String key = entry.name().substring(prefix.length());
        if (setting.holdsLists()) {
          translation.putInMap(entry, setting, key.toLowerCase(Locale.ROOT), entry.items());
        } else {
          translation.putInMap(entry, setting, key.replace('_', '-'), entry.text());
        }
        return true;
      }
    }
    return false;
  }

  private void addForeign(Entry entry, String plain) {
    if (foreign.containsKey(plain)) {
      String remark = foreign.get(plain);
      translation.none(entry, remark.replaceFirst("^!", ""), remark.startsWith("!"));
      return;
    }
    if (entry.isVariable() && entry.name().equals("REDIS_HOST")) {
      redis.put("host", entry);
      return;
    }
    Optional<ForeignSetting> known =
        entry.isElastauths() ? ForeignSetting.of(entry.name()) : Optional.empty();
    if (known.isPresent()) {
      boolean stops =
          known.get().stops(entry.text()) || known.get().decides() && !entry.value().isText();
      translation.none(
          entry,
          known.get().decides() && !stops ? "always so in this gateway" : known.get().reason(),
          stops);
    } else if (entry.isElastauths() && !(entry.value().isText() && entry.text().isEmpty())) {
      translation.none(
          entry,
          "is unknown"
              + (++unknown > MAX_HINTS
                  ? ""
                  : NearestName.hint(
                      entry.name(), names.settings().keySet(), ", and has no counterpart")),
          false);
    } else if (!entry.isElastauths()) {
      translation.ofOthers(entry);
    }
  }

  private void cacheType(Entry entry) {
    if (entry.text().isEmpty()) {
      translation.none(
          entry, "turns the cache off; memory is used, which is safe with several gateways", false);
    } else {
      set(entry, names.key("cache.type"));
    }
  }

  private void redirectUrl(Entry entry) {
    String url = entry.text();
    Setting setting = names.key("oidc.redirect_url").setting();
    Matcher parts = Pattern.compile("(https?://[^/?#]+)([^?#]*).*").matcher(url);
    String path = "/elastauth/oidc/callback";
    if (parts.matches() && !parts.group(2).endsWith(path)) {
      translation.set(
          entry,
          setting,
          parts.group(1) + path,
          "another path: register this URL at the provider, and let the proxy send /elastauth/oidc/ to"
              + " the gateway");
    } else if (!url.isEmpty()) {
      translation.set(entry, setting, url, parts.matches() ? "" : "must end in " + path);
    }
  }

  private void cookieDomain(Entry entry) {
    String domain = entry.text().replaceFirst("^\\.", "");
    if (!domain.isEmpty()) {
      translation.set(entry, names.key("session.cookie_domain").setting(), domain, "");
    }
  }

  private void verifySsl(Entry entry) {
    boolean skips = SettingsReader.isOff(entry.text());
    translation.set(
        entry,
        names.key("elasticsearch.tls.insecure_skip_verify").setting(),
        String.valueOf(skips),
        skips ? "better: set elasticsearch.tls.ca_cert and delete this" : "");
  }

  /** Variables without our prefix that other programs of a Compose file use, too. */
  private void addRedisHost() {
    Entry host = redis.get("host");
    Entry port = redis.get("port");
    Setting setting = names.key("redis.host").setting();
    String current = translation.text("redis.host");
    if (host != null && current.isEmpty()) {
      String value = host.text();
      if (port != null && port.text().matches("\\d+") && !value.contains(":")) {
        value += ":" + port.text();
      }
      translation.set(host, setting, value, "");
    } else if (host != null) {
      translation.none(host, "not used, because redis.host is already set", false);
    }
    if (port != null) {
      boolean isNeeded = host == null && !port.text().equals("6379");
      translation.none(port, "is a part of redis.host, as host:port", isNeeded);
    }
  }

  private void addOthers() {
    String others =
        translation.others().stream().map(Entry::name).sorted().collect(Collectors.joining(", "));
    if (!others.isEmpty()) {
      translation.missing("", "variables of other programs are left out: " + others, false);
    }
  }
}
