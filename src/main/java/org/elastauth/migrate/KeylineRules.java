package org.elastauth.migrate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.SettingNames;
import org.elastauth.config.YamlTree;

/** What Keyline describes by lists of maps. */
final class KeylineRules {
  private final SettingNames names;
  private final Translation translation;

  KeylineRules(SettingNames names, Translation translation) {
    this.names = names;
    this.translation = translation;
  }

  /** A mapping with the exact name of a group is one of group_mappings. */
  void roleMappings(Entry entry) {
    Map<String, Object> groups = new LinkedHashMap<>();
    List<YamlTree> mappings = entry.value().items() == null ? List.of() : entry.value().items();
    String file = entry.place().replaceFirst(":\\d+$", ":");
    for (int i = 0; i < mappings.size(); i++) {
      YamlTree mapping = mappings.get(i);
      Entry named =
          new Entry("role_mappings[%d]".formatted(i), mapping, false, file + mapping.line());
      String claim = text(mapping.at("claim"));
      String pattern = text(mapping.at("pattern"));
      YamlTree roles = mapping.at("es_roles");
      if (pattern.isEmpty() || roles == null || roles.isMap()) {
        translation.none(named, "has no pattern or no es_roles; correct it", true);
      } else if (!claim.equals("groups")) {
        translation.none(
            named,
            "maps the claim "
                + claim
                + "; roles follow from groups only, so let the provider put these"
                + " users into a group, and map that group in group_mappings",
            true);
      } else if (pattern.contains("*")) {
        translation.none(
            named,
            "has the pattern "
                + pattern
                + "; group_mappings needs the name of each group, so write one"
                + " entry for each",
            true);
      } else {
        groups.put(pattern, new Entry("", roles, false, "").items());
      }
    }
    if (!groups.isEmpty()) {
      translation.set(
          entry, names.key("group_mappings").setting(), groups, "groups are matched without case");
    }
  }

  /** In the place of our map, a list of claims and accounts. */
  void accounts(Entry entry) {
    translation.none(
        entry,
        "chooses accounts by claims; map groups to roles with group_mappings and default_roles",
        true);
  }

  void localUsers(Entry entry) {
    translation.none(
        entry,
        "identifies users itself; let Authelia or an OpenID Connect provider identify them",
        true);
  }

  private static String text(YamlTree part) {
    return part == null || !part.isText() ? "" : part.text();
  }
}
