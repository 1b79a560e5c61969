package org.elastauth.elasticsearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.Optional;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import org.apache.http.ContentTooLongException;
import org.apache.http.MalformedChunkCodingException;
import org.elastauth.health.ServerFailure;
import org.elasticsearch.client.ResponseException;
import org.springframework.core.NestedExceptionUtils;

/** Names why Elasticsearch gives no usable answer, without quoting the answer. */
public final class ElasticsearchFailure {
  static final String FORBIDDEN = "forbidden";
  static final String NATIVE_REALM_OFF = "native_realm_off";

  private static final String OTHER_SERVER =
      "; elasticsearch.hosts may lead to another product, or to the login page of a proxy";

  private static final ObjectMapper JSON = new ObjectMapper();

  private ElasticsearchFailure() {}

  public static ServerFailure of(Exception failure) {
    if (failure instanceof ServerFailure named) {
      return named;
    }
    if (failure instanceof ResponseException response) {
      return refusal(response);
    }
    Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
    String reason = Optional.ofNullable(root.getMessage()).orElse(root.getClass().getSimpleName());
    if (root instanceof JsonProcessingException
        || root instanceof ContentTooLongException
        || root instanceof MalformedChunkCodingException
        || root instanceof ZipException) {
      return unusable("other content than JSON of a user");
    }
    if (failure instanceof SSLException || root instanceof SSLException) {
      if (reason.contains("plaintext connection")) {
        return new ServerFailure(
            "no_tls", "this port of Elasticsearch does not use TLS; write http:// for it", failure);
      }
      return new ServerFailure("tls", "TLS with Elasticsearch fails: " + reason, failure);
    }
    return new ServerFailure("unreachable", "Elasticsearch gives no answer: " + reason, failure);
  }

  /** An answer with success that is not Elasticsearch's. */
  static ServerFailure unusable(String what) {
    return named("not_elasticsearch", "Elasticsearch answers " + what + OTHER_SERVER);
  }

  static ServerFailure noSecurityApi(String answer) {
    return named(
        "no_security_api",
        answer
            + ": its security or its native users are switched off (xpack.security.enabled)"
            + OTHER_SERVER);
  }

  /** A failure of the client to read the answer as HTTP. */
  static ServerFailure noHttp(RuntimeException failure) {
    return new ServerFailure(
        "not_elasticsearch", "Elasticsearch answers no valid HTTP" + OTHER_SERVER, failure);
  }

  static ServerFailure lacks(String privilege) {
    return named(
        FORBIDDEN,
        "the gateway's own account lacks the cluster privilege "
            + privilege
            + " in Elasticsearch (403)");
  }

  static ServerFailure nativeRealmOff() {
    return named(
        NATIVE_REALM_OFF,
        "Elasticsearch rejects a password that it has just stored: its native realm is switched off"
            + " (xpack.security.authc.realms.native), or a proxy does not pass on the Authorization header");
  }

  /** Replaces the client's message, which quotes request and response. */
  private static ServerFailure refusal(ResponseException response) {
    int status = response.getResponse().getStatusLine().getStatusCode();
    JsonNode error = error(response);
    String type = error.path("type").asText("");
    // a proxy's error page has no type
    String answer =
        "Elasticsearch answers "
            + status
            + (type.matches("[a-z_]{1,64}") ? " (" + type + ")" : ", or a proxy in front of it");
    return switch (status) {
      case 401 ->
          named(
              "unauthorized",
              "Elasticsearch rejects the gateway's own account (401): check elasticsearch.username and elasticsearch.password, and that the account's realm is switched on");
      case 403 ->
          error.has("license.expired.feature")
              ? named("license", answer + ": its license does not include security")
              : type.isEmpty()
                  ? named(FORBIDDEN, answer + ": a proxy refuses the request")
                  : lacks("manage_security");
      case 413 -> named("too_large", answer + ": it limits the size of a request");
      case 429 -> named("throttled", answer + ": it has too much to do, or limits requests");
      case 400, 404, 405, 410 ->
          status == 400 && type.endsWith("validation_exception")
              ? named("invalid", answer)
              : noSecurityApi(answer);
      default ->
          status >= 500
              ? named("server_error", answer)
              : named(
                  status < 400 ? "redirect" : "not_elasticsearch",
                  "Elasticsearch answers " + status + OTHER_SERVER);
    };
  }

  private static JsonNode error(ResponseException response) {
    try {
      return JSON.readTree(response.getResponse().getEntity().getContent()).path("error");
    } catch (IOException | RuntimeException noJson) {
      return MissingNode.getInstance();
    }
  }

  private static ServerFailure named(String kind, String message) {
    return new ServerFailure(kind, message, null);
  }
}
