package org.elastauth.editor;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.ClientAddress;
import org.elastauth.http.Cookies;
import org.elastauth.http.HeaderText;
import org.elastauth.http.HttpError;
import org.elastauth.http.OriginalRequest;
import org.elastauth.net.TrustedProxies;
import org.springframework.context.annotation.Description;
import org.springframework.stereotype.Component;

/**
 * What a route may ask about the HTTP request. Nothing of a request becomes a header of the Camel
 * message, because these are sent in the answer.
 */
@Component("request")
@Description("The HTTP request. Any client can send any header; see peerTrusted.")
public final class Request {
  private final TrustedProxies proxies;

  public Request(TrustedProxies proxies) {
    this.proxies = proxies;
  }

  @Description("The first header of this name, decoded as UTF-8; null if there is none.")
  public String header(String name, @ExchangeProperty("request") HttpServerRequest request) {
    String field = request.headers().get(name);
    return field == null ? null : HeaderText.read(field);
  }

  @Description("All headers of this name as a list of texts, decoded as UTF-8.")
  public List<String> headers(String name, @ExchangeProperty("request") HttpServerRequest request) {
    return request.headers().getAll(name).stream().map(HeaderText::read).toList();
  }

  /**
   * @throws HttpError 400 if there are several
   */
  @Description("The cookie of this name; null if there is none. Several receive 400.")
  public String cookie(String name, @ExchangeProperty("request") HttpServerRequest request) {
    return Cookies.value(request, name);
  }

  /**
   * @throws HttpError 400 if it is malformed, or if there are several
   */
  @Description(
      "The parameter of this name in the address that the proxy asks, such as /elastauth?tenant=a; null if there is"
          + " none. The query of the original request is not read. Several receive 400.")
  public String query(String name, @ExchangeProperty("request") HttpServerRequest request) {
    if (request.query() == null || request.uri().startsWith(OriginalRequest.ENVOY + "/")) {
      return null;
    }
    List<String> values;
    try {
      values = new QueryStringDecoder(request.uri()).parameters().getOrDefault(name, List.of());
    } catch (IllegalArgumentException malformed) {
      throw HttpError.malformed("malformed query");
    }
    if (values.size() > 1) {
      throw HttpError.malformed("malformed query: a parameter is there more than once");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  @Description(
      "The path of the request that the proxy asks about, decoded, without query. Headers that contradict each other"
          + " receive 400, a peer outside trusted_proxies 403, a proxy that does not send the path 500.")
  public String path(@ExchangeProperty("request") HttpServerRequest request) {
    return OriginalRequest.path(request, proxies);
  }

  @Description("The method of the request that the proxy asks about. It is refused as path is.")
  public String method(@ExchangeProperty("request") HttpServerRequest request) {
    return OriginalRequest.method(request, proxies);
  }

  @Description("Whether the request comes from an address in trusted_proxies.")
  public boolean peerTrusted(@ExchangeProperty("request") HttpServerRequest request) {
    return proxies.contains(request.remoteAddress().hostAddress());
  }

  @Description(
      "The address of the client in front of the trusted proxies; for IPv6 its /64 network.")
  public String clientAddress(@ExchangeProperty("request") HttpServerRequest request) {
    return ClientAddress.orPeer(request, proxies);
  }
}
