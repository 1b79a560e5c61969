package org.elastauth.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.elastauth.startup.Settings;

/** Whether a gateway runs on the address of {@code listen}, or the address is free. */
record ListenFindings(Settings settings) implements Area.Examination {
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final int LONGEST = 64 << 10;
  private static final String LISTEN = "listen";

  @Override
  public void into(Findings findings) throws InterruptedException {
    String host = settings.host();
    int port = settings.port();
    if (port == 0) {
      findings.ok(LISTEN, "any free port");
      return;
    }
    String reachable = host.equals("0.0.0.0") ? "127.0.0.1" : host;
    findings.begin("connected to " + reachable + ":" + port);
    if (isTaken(reachable, port)) {
      running(findings, reachable, port);
      return;
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, port), 1);
      findings.ok(LISTEN, "no gateway runs here, and the port " + port + " is free");
    } catch (IOException refused) {
      findings.fault(
          LISTEN,
          "this process cannot listen on " + host + ":" + port + ": " + refused.getMessage(),
          "choose an address of this machine, and a port from 1024 on");
    }
  }

  private static boolean isTaken(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      return true;
    } catch (IOException free) {
      return false;
    }
  }

  private static void running(Findings findings, String host, int port) {
    String url =
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/health";
    findings.begin("asked " + url);
    JsonNode health = health(url);
    String status = health.path("status").asText();
    if (!health.has("adapters")) {
      findings.fault(
          LISTEN,
          "another program listens on port " + port,
          "stop it, or set listen to another port");
    } else if (status.equals("healthy")) {
      findings.ok(url, "a gateway runs here, and is healthy");
    } else {
      findings.warning(
          url,
          "a gateway runs here, and is " + status + reasons(health),
          "see the findings of its servers");
    }
  }

  private static String reasons(JsonNode health) {
    StringBuilder reasons = new StringBuilder();
    for (String pointer : new String[] {"/cache/redis/reason", "/elasticsearch/reason"}) {
      String reason = health.at(pointer).asText();
      reasons.append(
          reason.isEmpty()
              ? ""
              : ", " + pointer.replaceFirst("/reason", "").substring(1) + ": " + reason);
    }
    reasons.append(health.path("key_conflict").asBoolean() ? ", key_conflict" : "");
    return reasons
        .append(health.path("routes_invalid").asBoolean() ? ", routes_invalid" : "")
        .toString();
  }

  /** Empty if it is no JSON. */
  private static JsonNode health(String url) {
    ObjectMapper json = new ObjectMapper();
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setInstanceFollowRedirects(false);
      boolean failed = connection.getResponseCode() >= HttpURLConnection.HTTP_BAD_REQUEST;
      try (InputStream body = failed ? connection.getErrorStream() : connection.getInputStream()) {
        return body == null
            ? json.createObjectNode()
            : json.readTree(new String(body.readNBytes(LONGEST), StandardCharsets.UTF_8));
      }
    } catch (JsonProcessingException page) {
      return json.createObjectNode();
    } catch (IOException silent) {
      return json.createObjectNode();
    }
  }
}
