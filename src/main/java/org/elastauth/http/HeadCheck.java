package org.elastauth.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Marks requests as invalid that RFC 9112 forbids, or that another HTTP implementation could
 * interpret differently, before Vert.x reads them. An invalid request is the last of its
 * connection: what follows it is dropped. The same holds after a request whose end peers may
 * disagree on, because what follows may be a part of its body to them. The decoder's exceptions
 * quote the request, so that a log could show a token; {@link InvalidRequest} replaces them.
 */
final class HeadCheck extends ChannelInboundHandlerAdapter {
  private static final Pattern DOT_SEGMENT = Pattern.compile("/\\.{1,2}(/|;|$)");

  private static final String USERS = "/elastauth/users/";

  private static final Pattern ABSOLUTE =
      Pattern.compile("https?://([^/?]*)(.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** The last valid host of this connection: most clients send always the same. */
  private CharSequence host = "";

  /** Whether the request that is being read is the last one. */
  private boolean last;

  private boolean ended;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (ended) {
      ReferenceCountUtil.release(message);
      return;
    }
    InvalidRequest fault = null;
    if (message instanceof HttpRequest request) {
      fault = fault(request);
      if (fault != null) {
        request.setDecoderResult(DecoderResult.failure(fault));
      }
    } else if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      fault = InvalidRequest.MALFORMED;
      content.setDecoderResult(DecoderResult.failure(fault));
    }
    ended = fault != null || last && message instanceof LastHttpContent;
    context.fireChannelRead(message);
  }

  /** Null for a valid request. */
  private InvalidRequest fault(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    boolean current = version == HttpVersion.HTTP_1_1;
    if (!current && version != HttpVersion.HTTP_1_0) {
      request.setProtocolVersion(HttpVersion.HTTP_1_1); // Vert.x knows no other
      return InvalidRequest.MALFORMED;
    }
    if (request.decoderResult().isFailure()) {
      return InvalidRequest.of(request.decoderResult().cause());
    }
    InvalidRequest fault = fault(request.headers(), current);
    return fault != null || isTarget(request) ? fault : InvalidRequest.MALFORMED;
  }

  /** One pass: each request goes through here. */
  private InvalidRequest fault(HttpHeaders headers, boolean current) {
    int hosts = 0;
    int codings = 0;
    boolean close = false;
    boolean expects = false;
    boolean withLength = false;
    boolean tooLarge = false;
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      CharSequence name = header.getKey();
      CharSequence value = header.getValue();
      if (name.length() == 0) {
        return InvalidRequest.MALFORMED;
      } else if (is(HttpHeaderNames.HOST, name)) {
        if (++hosts > 1 || !isHost(value)) {
          return InvalidRequest.MALFORMED; // RFC 9112, 3.2
        }
      } else if (is(HttpHeaderNames.TRANSFER_ENCODING, name)) {
        // only chunked, once and in HTTP/1.1: otherwise peers may disagree on the end of the body
        if (++codings > 1 || !current || !is(HttpHeaderValues.CHUNKED, value)) {
          return InvalidRequest.MALFORMED;
        }
      } else if (is(HttpHeaderNames.EXPECT, name)) {
        if (current && value.length() > 0 && !is(HttpHeaderValues.CONTINUE, value)) {
          return InvalidRequest.EXPECTATION; // RFC 9110, 10.1.1
        }
        expects = current;
      } else if (is(HttpHeaderNames.CONTENT_LENGTH, name)) {
        withLength = !"0".contentEquals(value);
        tooLarge = RequestScreening.isTooLarge(value.toString());
      } else if (is(HttpHeaderNames.CONNECTION, name)) {
        close |= AsciiString.containsIgnoreCase(value, HttpHeaderValues.CLOSE) && hasClose(value);
      }
    }
    last = codings > 0 || tooLarge || expects && withLength;
    if (close) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE); // Vert.x reads no lists
    }
    return current && hosts == 0 ? InvalidRequest.MALFORMED : null;
  }

  private boolean isHost(CharSequence value) {
    if (value.length() > 0 && !value.equals(host)) {
      if (!Authority.isValid(value)) {
        return false;
      }
      host = value;
    }
    return true;
  }

  private static boolean is(AsciiString expected, CharSequence text) {
    return expected.length() == text.length() && expected.contentEqualsIgnoreCase(text);
  }

  private static boolean hasClose(CharSequence options) {
    for (String option : options.toString().split(",")) {
      if (is(HttpHeaderValues.CLOSE, option.trim())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the target is a path, in origin form or in absolute form (RFC 9112, 3.2). An absolute
   * form becomes an origin form; its host replaces the header.
   */
  private static boolean isTarget(HttpRequest request) {
    String target = request.uri();
    if (target.indexOf('#') >= 0 || request.method().equals(HttpMethod.CONNECT)) {
      return false;
    }
    if (!target.startsWith("/")) {
      Matcher absolute = ABSOLUTE.matcher(target);
      if (!absolute.matches() || !Authority.isValid(absolute.group(1))) {
        return false;
      }
      request.headers().set(HttpHeaderNames.HOST, absolute.group(1));
      String path = absolute.group(2);
      target = path.startsWith("/") ? path : "/" + path;
      request.setUri(target);
    }
    return !hasDotSegment(target);
  }

  /**
   * Envoy appends the client's path to ours. With dot segments, {@code
   * /elastauth/authz/../../health} would not reach the decision. The name of a user may contain
   * some, with encoded slashes.
   */
  private static boolean hasDotSegment(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    if (path.indexOf('.') < 0 && path.indexOf('%') < 0) {
      return false;
    }
    String decoded = path.replaceAll("(?i)%2e", ".");
    return DOT_SEGMENT
        .matcher(path.startsWith(USERS) ? decoded : decoded.replaceAll("(?i)%2f|%5c|\\\\", "/"))
        .find();
  }
}
