package org.elastauth.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.elastauth.routes.RouteDrawing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** --draw-routes, as a configuration decides it. */
class RouteDrawingTest {
  @TempDir Path folder;

  /**
   * @param settings names and values, alternating
   */
  private static String draw(String start, String... settings) {
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      values.put("elastauth." + settings[i], settings[i + 1]);
    }
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", values));
    return RouteDrawing.of(
        SettingsLoader.load(environment).files().routes(),
        SettingsLoader.placeholders(environment),
        start);
  }

  private String drawOwn(String start, String file, String text, String... settings)
      throws IOException {
    Files.writeString(folder.resolve(file), text);
    String[] all = new String[settings.length + 2];
    all[0] = "routes";
    all[1] = folder.toString();
    System.arraycopy(settings, 0, all, 2, settings.length);
    return draw(start, all);
  }

  /** If it fails: java -jar target/elastauth.jar draw-routes. */
  @Test
  void thePictureInTheDocumentationIsTrue() throws IOException {
    assertThat(Files.readString(Path.of("src/docs/routes/README.md")))
        .contains("```mermaid\n" + draw(RouteDrawing.FRONT_DOOR) + "```\n");
  }

  @Test
  void onlyTheBranchesThatTheConfigurationChoosesAreDrawn() {
    assertThat(draw(RouteDrawing.FRONT_DOOR)).doesNotContain("rate-limit");
    assertThat(draw(RouteDrawing.FRONT_DOOR, "rate_limit.enabled", "true", "cache.type", "file"))
        .contains("authenticate -->|\"2\"| rate-limit\n", "<i>cache.type: file</i>")
        .doesNotContain("cache-memory");
  }

  @Test
  void aFileOfOnesOwnIsMarkedAndNothingSecretIsDrawn() throws IOException {
    String picture =
        drawOwn(
            "mine",
            "my-hook.camel.yaml",
            """
            - route:
                id: mine
                description: Tells <b>"another"</b> server
                from:
                  uri: direct:mine
                  steps:
                    - filter:
                        id: mine-ask
                        simple: "${body} != null"
                        steps:
                          - to:
                              uri: "http:{{my.server}}?token={{my.token}}"
                          - to: file:{{my.folder}}
                    - wireTap:
                        uri: direct
                        parameters:
                          name: end
            - route:
                id: end
                from:
                  uri: direct:end
                  steps:
                    - doTry:
                        steps:
                          - log: "a"
                        doCatch:
                          - exception: [java.lang.Exception]
                            steps:
                              - to: direct:identity-authelia
            """,
            "my.token",
            "hunter2",
            "my.server",
            "https://user:hunter2@hooks.example.com/hunter2",
            "my.folder",
            "/srv/new users");
    assertThat(picture)
        .contains(
            "subgraph my-hook-camel-yaml[\"my-hook.camel.yaml\"]",
            "mine[\"<b>mine</b><br>Tells #lt;b#gt;#quot;another#quot;#lt;/b#gt; server\"]:::own",
            "mine -.->|\"1: ask\"| http-https-hooks-example-com",
            "http-https-hooks-example-com[(\"http:https://hooks.example.com\")]",
            "[(\"file:/srv/new users\")]",
            "mine -.->|\"3: copy\"| route-end",
            "route-end -.->|\"on error\"| identity-authelia")
        .doesNotContain("hunter2", "token");
  }

  @Test
  void allRoutesAreDrawnOrThoseFromOneOn() {
    assertThat(draw(RouteDrawing.ALL)).contains("reread([", "health([", "front-door-root([");
    assertThat(draw("reread")).contains("reread([", "cache-memory-delete").doesNotContain("health");
    assertThatThrownBy(() -> draw("nosuch")).hasMessageContaining("it loads authenticate, ");
  }

  @Test
  void aFrontDoorOfOnesOwnIsDrawn() throws IOException {
    String door =
        "- route: {id: door, from: {uri: 'platform-http:/mine', steps: [{to: 'direct:authenticate'}]}}\n";
    assertThat(drawOwn(RouteDrawing.FRONT_DOOR, "front-door.camel.yaml", door))
        .contains("door([\"<b>door</b><br>/mine<br><small>front-door.camel.yaml</small>\"]):::own")
        .contains("door --> authenticate");
  }

  @Test
  void aFileThatIsNotYamlIsNamed() {
    assertThatThrownBy(() -> drawOwn("all", "mine.camel.yaml", "- route: ["))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mine.camel.yaml is not YAML");
  }
}
