package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;

/** The task definition of docker/ecs, by the request of the AWS SDK that registers it. */
class EcsFilesTest {
  private static final Path FILE = Path.of("docker", "ecs", "task-definition.json");
  private static final Map<MarshallingType<?>, String> NUMBERS =
      Map.of(MarshallingType.INTEGER, "an integer", MarshallingType.LONG, "an integer");

  private static JsonNode read() throws IOException {
    return new ObjectMapper().readTree(FILE.toFile());
  }

  private static List<String> faults(JsonNode task) {
    List<String> faults = new ArrayList<>();
    check("", task, RegisterTaskDefinitionRequest.builder(), faults);
    return faults;
  }

  private static void check(String place, JsonNode node, SdkPojo type, List<String> faults) {
    if (!node.isObject()) {
      faults.add(place + " is not an object");
      return;
    }
    Map<String, SdkField<?>> fields = new TreeMap<>();
    type.sdkFields().forEach(field -> fields.put(field.locationName(), field));
    node.properties()
        .forEach(
            entry -> {
              String name = entry.getKey();
              if (fields.containsKey(name)) {
                Set<String> values = values(type, name);
                check(place + "/" + name, entry.getValue(), fields.get(name), values, faults);
              } else {
                faults.add(place + " has no field " + name);
              }
            });
  }

  private static void check(
      String place, JsonNode node, SdkField<?> field, Set<String> values, List<String> faults) {
    MarshallingType<?> type = field.marshallingType();
    if (type == MarshallingType.SDK_POJO) {
      check(place, node, field.constructor().get(), faults);
    } else if (type == MarshallingType.LIST) {
      if (!node.isArray()) {
        faults.add(place + " is not a list");
      }
      SdkField<?> item = field.getTrait(ListTrait.class).memberFieldInfo();
      for (int i = 0; i < node.size(); i++) {
        check(place + "/" + i, node.get(i), item, values, faults);
      }
    } else if (NUMBERS.containsKey(type)) {
      expect(node.isIntegralNumber(), place, NUMBERS.get(type), faults);
    } else if (type == MarshallingType.BOOLEAN) {
      expect(node.isBoolean(), place, "a boolean", faults);
    } else if (type == MarshallingType.STRING) {
      expect(node.isTextual(), place, "a text", faults);
      expect(values.isEmpty() || values.contains(node.asText()), place, "one of " + values, faults);
    }
  }

  private static void expect(boolean isRight, String place, String what, List<String> faults) {
    if (!isRight) {
      faults.add(place + " is not " + what);
    }
  }

  /** The values of an enumeration; none for another field. */
  private static Set<String> values(SdkPojo builder, String field) {
    return Arrays.stream(builder.getClass().getMethods())
        .filter(method -> method.getName().equals(field) && method.getParameterCount() == 1)
        .map(method -> method.getParameterTypes()[0])
        .map(type -> type.isArray() ? type.getComponentType() : type)
        .filter(Class::isEnum)
        .flatMap(type -> Arrays.stream(type.getEnumConstants()))
        .map(Object::toString)
        .collect(Collectors.toSet());
  }

  @Test
  void theTaskDefinitionFitsTheRequestThatRegistersIt() throws IOException {
    assertThat(faults(read())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', requiresCompatibility, has no field requiresCompatibility",
    "'', networkMode, /networkMode is not one of",
    "/containerDefinitions/0, stopTimeOut, has no field stopTimeOut",
    "/containerDefinitions/0, readonlyRootFilesystem, is not a boolean",
    "/containerDefinitions/0/secrets/0, valueOf, has no field valueOf",
    "/containerDefinitions/0/dependsOn/0, condition, is not one of",
    "/containerDefinitions/0/logConfiguration, logDriver, is not one of",
    "/containerDefinitions/1, memory, is not an integer"
  })
  void aMisspelledFieldOrValueIsAFault(String place, String field, String fault)
      throws IOException {
    JsonNode task = read();
    ((ObjectNode) task.at(place)).put(field, "other");
    assertThat(faults(task)).anySatisfy(found -> assertThat(found).contains(fault));
  }

  /** Fargate refuses other combinations, and kills containers that need more than their share. */
  @Test
  void theContainersFitIntoTheTask() throws IOException {
    JsonNode task = read();
    int memory = 0;
    int cpu = 0;
    for (JsonNode container : task.path("containerDefinitions")) {
      memory += container.path("memory").asInt();
      cpu += container.path("cpu").asInt();
      assertThat(container.path("readonlyRootFilesystem").asBoolean()).isTrue();
      assertThat(container.path("user").asText()).matches("[1-9]\\d*:[1-9]\\d*");
      assertThat(container.path("stopTimeout").asInt()).isBetween(15, 120);
      assertThat(container.at("/logConfiguration/logDriver").asText()).isEqualTo("awslogs");
    }
    assertThat(task.path("cpu").asText()).isEqualTo("256");
    assertThat(task.path("memory").asText()).isEqualTo("512");
    assertThat(memory).isLessThanOrEqualTo(512);
    assertThat(cpu).isLessThanOrEqualTo(256);
  }

  @Test
  void noSecretIsWrittenIntoTheFile() throws IOException {
    JsonNode gateway = read().at("/containerDefinitions/0");
    assertThat(gateway.path("environment"))
        .noneMatch(variable -> variable.path("name").asText().matches(".*(KEY|PASSWORD|SECRET)"));
    assertThat(gateway.path("secrets"))
        .hasSize(2)
        .allMatch(secret -> secret.path("valueFrom").asText().startsWith("arn:aws:"));
  }
}
