package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests follow another one on its connection. */
class HeadCheckTest {
  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: g\r\n\r\n";

  private static List<String> requests(String rest) {
    EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(), new HeadCheck());
    String all = "POST /first HTTP/1.1\r\nHost: g\r\n" + rest + NEXT;
    channel.writeInbound(Unpooled.copiedBuffer(all, StandardCharsets.US_ASCII));
    List<String> targets = new ArrayList<>();
    for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
      if (read instanceof HttpRequest request) {
        targets.add(request.uri());
      }
      ReferenceCountUtil.release(read);
    }
    channel.finishAndReleaseAll();
    return targets;
  }

  /** Their response closes the connection, so what follows must not be carried out. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 0x5\r\n\r\n",
      })
  void nothingFollowsARequestOfUncertainLength(String rest) {
    assertThat(requests(rest)).containsExactly("/first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "Content-Length: 0\r\n\r\n",
        "Content-Length: 5\r\n\r\nhello",
        "Expect: 100-continue\r\n\r\n",
        "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
      })
  void othersAreFollowedByTheNext(String rest) {
    assertThat(requests(rest)).containsExactly("/first", "/next");
  }
}
