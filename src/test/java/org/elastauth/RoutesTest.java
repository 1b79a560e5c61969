package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.apache.camel.test.spring.junit5.UseAdviceWith;
import org.elastauth.http.GatewayHttpServer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.test.annotation.DirtiesContext;

/** The way of a request through the routes, watched at the seams; nothing is replaced. */
@CamelSpringBootTest
@SpringBootTest(
    classes = Application.class,
    properties = {
      "elastauth.listen=127.0.0.1:0",
      "elastauth.elasticsearch.dry_run=true",
      "elastauth.default_roles=viewer",
      "elastauth.redis.health_check.interval=1h",
      "elastauth.shutdown.drain=0s"
    })
@UseAdviceWith
@DirtiesContext(classMode = DirtiesContext.ClassMode.AFTER_EACH_TEST_METHOD)
class RoutesTest {
  static {
    // what the shell has exported must not configure it
    SpringProperties.setFlag(AbstractEnvironment.IGNORE_GETENV_PROPERTY_NAME);
  }

  @Autowired private CamelContext context;
  @Autowired private GatewayHttpServer server;

  private HttpResponse<String> ask(String user, String groups) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getPort() + "/elastauth"))
            .headers("Remote-User", user, "Remote-Groups", groups)
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Counts the exchanges that come by, and lets them pass. */
  private MockEndpoint watch(String route) throws Exception {
    AdviceWith.adviceWith(context, route, advice -> advice.weaveAddFirst().to("mock:" + route));
    return context.getEndpoint("mock:" + route, MockEndpoint.class);
  }

  @Test
  void aMissIsSettledAndPutAHitIsNot() throws Exception {
    MockEndpoint get = watch("cache-memory-get");
    MockEndpoint settle = watch("credential-reconcile");
    MockEndpoint put = watch("cache-memory-put");
    context.start();

    assertThat(ask("routes.user", "a").statusCode()).isEqualTo(200);
    assertThat(ask("routes.user", "a").statusCode()).isEqualTo(200);
    assertThat(get.getReceivedCounter()).isEqualTo(2);
    assertThat(settle.getReceivedCounter()).isEqualTo(1);
    assertThat(put.getReceivedCounter()).isEqualTo(1);

    assertThat(ask("routes.user", "b").statusCode()).as("other groups").isEqualTo(200);
    assertThat(settle.getReceivedCounter()).isEqualTo(2);
  }

  @Test
  void aRefusedIdentityGetsNoFurther() throws Exception {
    MockEndpoint credential = watch("credential");
    context.start();

    HttpResponse<String> response = ask("..", "a");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.body()).startsWith("{\"message\":").contains("\"code\":400");
    assertThat(credential.getReceivedCounter()).isZero();
  }

  /** SPEC 13.12: internal errors are not shown to clients. */
  @Test
  void whatFailsUnexpectedlyIs500WithoutAReason() throws Exception {
    AdviceWith.adviceWith(
        context,
        "credential",
        advice ->
            advice.weaveAddFirst().throwException(new IllegalStateException("a secret detail")));
    context.start();

    HttpResponse<String> response = ask("routes.broken", "a");
    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body())
        .contains("\"message\":\"internal error\"")
        .doesNotContain("secret detail");
    assertThat(response.headers().map()).doesNotContainKey("authorization");
  }
}
