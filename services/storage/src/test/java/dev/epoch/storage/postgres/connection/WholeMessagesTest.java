package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.postgres.TestRepository;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WholeMessagesTest {

  /** Again with {@code -Depoch.test.seed=}. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 5_000})
  void messagesComeWholeHoweverTheyAreCut(int longestPiece) {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime());
    Random random = new Random(seed);
    ByteBuf sent = Unpooled.buffer();
    for (int i = 0; i < 200; i++) {
      byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(3_000) : random.nextInt(10)];
      random.nextBytes(body);
      sent.writeByte('D').writeInt(body.length + 4).writeBytes(body);
    }
    EmbeddedChannel channel = new EmbeddedChannel(new WholeMessages());

    ByteBuf left = sent.duplicate();
    while (left.isReadable()) {
      int piece = Math.min(left.readableBytes(), 1 + random.nextInt(longestPiece));
      channel.writeInbound(left.readBytes(piece));
    }

    ByteBuf received = Unpooled.buffer();
    for (ByteBuf whole : inbound(channel)) {
      assertThat(endsWithAMessage(whole)).as("seed %s", seed).isTrue();
      received.writeBytes(whole);
      whole.release();
    }
    assertThat(received).as("seed %s", seed).isEqualTo(sent);
    channel.finishAndReleaseAll();
  }

  @Test
  void aLongMessageIsOneBufferThatWasEnlargedAFewTimes() {
    int pieces = 1_000;
    ByteBuf piece = Unpooled.wrappedBuffer(new byte[64 << 10]);
    EmbeddedChannel channel = new EmbeddedChannel(new WholeMessages());
    channel.writeInbound(Unpooled.buffer().writeByte('D').writeInt(4 + pieces * piece.capacity()));
    for (int i = 0; i < pieces; i++) {
      channel.writeInbound(piece.retainedDuplicate());
    }

    List<ByteBuf> whole = inbound(channel);

    assertThat(whole).hasSize(1);
    assertThat(whole.getFirst().readableBytes()).isEqualTo(5 + pieces * piece.capacity());
    whole.getFirst().release();
    channel.finishAndReleaseAll();
  }

  @Test
  void whatIsNoMessageIsHandedOnAsItIs() {
    EmbeddedChannel channel = new EmbeddedChannel(new WholeMessages());
    ByteBuf sent = Unpooled.wrappedBuffer(new byte[] {'D', 0, 0, 0, 1, 9, 9});

    channel.writeInbound(sent.retainedDuplicate());
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {8}));

    ByteBuf received = Unpooled.buffer();
    inbound(channel).forEach(received::writeBytes);
    assertThat(received).isEqualTo(Unpooled.wrappedBuffer(new byte[] {'D', 0, 0, 0, 1, 9, 9, 8}));
  }

  /** Pooled, queried and keyed connections all have one: a row of 40 MB is read by each. */
  @Test
  void largeRowsAreRead() {
    try (TestRepository shop =
        new TestRepository(
            "CREATE TABLE document (id integer PRIMARY KEY, body text)",
            "INSERT INTO document VALUES (1, 'short')")) {
      shop.install("document");
      shop.write(
          shop.main, "UPDATE document SET body = repeat('0123456789', 4000000) WHERE id = 1");
      shop.commit(shop.main, "document");

      assertThat(shop.rows("document", shop.committed(shop.main, "document")).values())
          .singleElement()
          .satisfies(row -> assertThat(row.values().get(1)).hasSize(40_000_000));
    }
  }

  private static List<ByteBuf> inbound(EmbeddedChannel channel) {
    List<ByteBuf> all = new ArrayList<>();
    for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
      all.add(next);
    }
    return all;
  }

  private static boolean endsWithAMessage(ByteBuf whole) {
    int at = whole.readerIndex();
    while (at < whole.writerIndex()) {
      at += whole.getInt(at + 1) + 1;
    }
    return at == whole.writerIndex();
  }
}
