package org.elastauth.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.Yaml;

/** The contract {@code openapi.yaml}, which judges the answers of a gateway. */
public final class ApiContract {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> METHODS =
      List.of("get", "head", "post", "put", "patch", "delete", "options", "trace");

  private final JsonNode root;
  private final Map<JsonNode, JsonSchema> schemas = new ConcurrentHashMap<>();

  /**
   * What the contract says about a method of an address.
   *
   * @param path with parameters in braces
   * @param node its summary, parameters and responses
   */
  public record Operation(String method, String path, JsonNode item, JsonNode node) {
    private Pattern pattern() {
      return Pattern.compile(
          path.replace(".", "\\.").replaceAll("\\{path}", ".*").replaceAll("\\{\\w+}", "[^/]+"));
    }

    public Set<String> statuses() {
      return node.get("responses").properties().stream()
          .map(Map.Entry::getKey)
          .collect(Collectors.toSet());
    }
  }

  /**
   * @param headers by name in lower case
   */
  public record Answer(int status, Map<String, String> headers, String body) {
    /** Of a connection that the gateway has closed. */
    public static Answer parse(String text) {
      int head = text.indexOf("\r\n\r\n");
      String[] lines = text.substring(0, Math.max(head, 0)).split("\r\n");
      Map<String, String> headers = new TreeMap<>();
      for (int i = 1; i < lines.length; i++) {
        String[] header = lines[i].split(": *", 2);
        headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
      }
      return new Answer(
          Integer.parseInt(lines[0].split(" ")[1]), headers, text.substring(head + 4));
    }
  }

  private ApiContract(JsonNode root) {
    this.root = root;
  }

  public static ApiContract read() throws IOException {
    return new ApiContract(
        JSON.valueToTree(
            new Yaml().load(Files.readString(Path.of("src/main/resources/openapi.yaml")))));
  }

  public JsonNode root() {
    return root;
  }

  public List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    root.get("paths")
        .properties()
        .forEach(
            path -> {
              ObjectNode item = resolved(path.getValue()).deepCopy();
              item.setAll((ObjectNode) path.getValue());
              for (String method : METHODS) {
                if (item.has(method)) {
                  operations.add(
                      new Operation(
                          method.toUpperCase(Locale.ROOT), path.getKey(), item, item.get(method)));
                }
              }
            });
    return operations;
  }

  /** A node, or the one that it refers to. */
  public JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
  }

  /** In what an answer to a request differs from the contract. */
  public List<String> faults(String method, String path, Answer answer) {
    List<Operation> there =
        operations().stream().filter(each -> each.pattern().matcher(path).matches()).toList();
    boolean isDecision = there.size() == METHODS.size(); // which knows any method
    Operation operation =
        there.stream()
            .filter(each -> isDecision || each.method().equals(method))
            .findFirst()
            .orElse(null);
    if (operation != null) {
      JsonNode response = operation.node().get("responses").get(String.valueOf(answer.status));
      return response == null
          ? List.of("the status " + answer.status + " is not documented")
          : faults(resolved(response), answer, method.equals("HEAD"));
    }
    Set<Integer> expected = Set.of(there.isEmpty() ? 404 : 405, 400, 413, 414, 417, 431, 501);
    String kind = answer.status == 405 ? "MethodNotAllowed" : "Malformed";
    return expected.contains(answer.status)
        ? faults(root.at("/components/responses/" + kind), answer, method.equals("HEAD"))
        : List.of("the status " + answer.status + " instead of " + expected);
  }

  private List<String> faults(JsonNode response, Answer answer, boolean isHead) {
    List<String> faults = new ArrayList<>();
    response
        .path("headers")
        .properties()
        .forEach(
            each -> {
              JsonNode header = resolved(each.getValue());
              String value = answer.headers.get(each.getKey().toLowerCase(Locale.ROOT));
              if (value != null) {
                check(header.get("schema"), value(header.get("schema"), value), faults);
              } else if (header.path("required").asBoolean()) {
                faults.add("the header " + each.getKey() + " is absent");
              }
            });
    JsonNode content = response.path("content");
    String type = answer.headers.getOrDefault("content-type", "").replaceFirst(";.*", "");
    if (content.isEmpty()) {
      return faults;
    }
    if (!content.has(type)) {
      faults.add("the type " + type + " is not documented");
    } else if (isHead) {
      if (!answer.body.isEmpty()) {
        faults.add("an answer to HEAD has a body");
      }
    } else if (type.equals("application/json")) {
      try {
        check(content.get(type).get("schema"), JSON.readTree(answer.body), faults);
      } catch (IOException noJson) {
        faults.add("the body is no JSON");
      }
    }
    return faults;
  }

  private static JsonNode value(JsonNode schema, String text) {
    return schema.path("type").asText().equals("integer")
        ? JSON.getNodeFactory().numberNode(Long.parseLong(text))
        : JSON.getNodeFactory().textNode(text);
  }

  /** A schema may refer to those of the contract. */
  private void check(JsonNode schema, JsonNode value, List<String> faults) {
    JsonSchema judge =
        schemas.computeIfAbsent(
            schema,
            each ->
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(
                        JSON.createObjectNode()
                            .<ObjectNode>setAll(
                                Map.of(
                                    "components",
                                    root.get("components"),
                                    "allOf",
                                    JSON.createArrayNode().add(each)))));
    judge.validate(value).forEach(fault -> faults.add(fault.getMessage()));
  }
}
